extension AgentEnvironment {
    /// Who the agent is to git, and that it asks no one and pushes nowhere.
    ///
    /// The repository's own commit hooks stay on: they are the project's checks on what is committed. Signing is off, since the
    /// user's key would ask for its passphrase. Pushing is refused by address, and the ways to a credential (helpers, askpass, ssh
    /// keys and agent) are closed, because only cco's merge queue moves shared branches.
    var git: [String: String] {
        let settings = [
            ("credential.helper", ""),
            ("core.askPass", ""),
            ("core.fsmonitor", "false"),
            ("commit.gpgSign", "false"),
            ("tag.gpgSign", "false"),
            ("gc.auto", "0"),
            ("maintenance.auto", "false"),
            ("url.agents-of-cco-do-not-push://.pushInsteadOf", ""),
        ]
        let address = "\(agent)@cco.invalid"
        var variables = [
            "GIT_AUTHOR_NAME": "\(agent) (cco)",
            "GIT_AUTHOR_EMAIL": address,
            "GIT_COMMITTER_NAME": "\(agent) (cco)",
            "GIT_COMMITTER_EMAIL": address,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_EDITOR": "true",
            "GIT_PAGER": "cat",
            "GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityFile=none -o IdentityAgent=none",
            "GIT_CONFIG_COUNT": String(settings.count),
        ]
        for (index, setting) in settings.enumerated() {
            variables["GIT_CONFIG_KEY_\(index)"] = setting.0
            variables["GIT_CONFIG_VALUE_\(index)"] = setting.1
        }
        return variables
    }
}
