import Testing

@testable import Git

@Suite struct RemoteURLTests {
    @Test(
        "usual addresses are accepted as they are",
        arguments: [
            "https://example.com/a/b.git", "http://localhost:8080/x", "ssh://git@example.com:22/a", "git@example.com:a/b.git",
            "example.com:path",
        ])
    func accepted(_ text: String) throws {
        #expect(try RemoteURL(text, relativeTo: "/base").location == text)
    }

    @Test("local paths become absolute", arguments: [("../up", "/base/up"), ("./a:b", "/base/folder/a:b"), ("/x//y/.", "/x/y")])
    func localPaths(_ text: String, _ path: String) throws {
        let url = try RemoteURL(text, relativeTo: "/base/folder")
        #expect(url.localPath == path)
        #expect(url.isLocalPath)
    }

    @Test(
        "addresses that could run a command or pass for an option are refused",
        arguments: [
            "", "  ", "-oProxyCommand=x", "--upload-pack=x", "ext::sh -c x", "fd::7", "ssh://-oProxyCommand=x/y", "-x@host:path",
            "user@-host:path", "https:///path", "git://host/x", "ftp://host/x", "~/x", "file://relative", "a\nb", "ssh://u:p@host/x",
            "host:",
        ])
    func refused(_ text: String) {
        #expect(throws: GitError.self) { try RemoteURL(text, relativeTo: "/base") }
    }

    @Test("a password leaves the address that git gets, and every text for people")
    func password() throws {
        let url = try RemoteURL("https://me:s3cret@example.com/a.git", relativeTo: "/")
        #expect(url.location == "https://me@example.com/a.git")
        #expect(url.redacted == "https://***@example.com/a.git")
        #expect(url.credentialLine == "https://me:s3cret@example.com")
        let error = GitError(kind: .other, command: "git fetch https://me:s3cret@example.com/", detail: "at 'http://x:y@z/' bad")
        #expect(!error.description.contains("s3cret"))
        #expect(error.detail == "at 'http://***@z/' bad")
    }

    @Test("clone options that a run cannot honour are named with a reason, unknown ones refused")
    func cloneOptions() throws {
        let options = try CloneOptions(["--depth", "3", "--filter=blob:none", "-c", "http.proxy=a=b"])
        #expect(options.shallow == ["--depth=3"])
        #expect(options.ignored.map(\.option) == ["--filter=blob:none"])
        #expect(options.configuration == [GitSetting(name: "http.proxy", value: "a=b")])
        #expect(throws: GitError.self) { try CloneOptions(["--upload-pack=evil"]) }
        #expect(throws: GitError.self) { try CloneOptions(["--depth=0"]) }
    }

    @Test(
        "what git says is told apart",
        arguments: [
            ("fatal: Unable to create '/h/x.lock': File exists.", GitError.Kind.lockHeld(path: "/h/x.lock")),
            ("error: file write error: No space left on device", .diskFull),
            ("fatal: couldn't find remote ref refs/heads/x", .noSuchBranch),
            ("git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.", .accessDenied),
            ("fatal: unable to access 'https://h/': Could not resolve host: h", .unreachable),
            ("fatal: unable to access 'https://h/': The requested URL returned error: 403", .accessDenied),
            ("fatal: '/x' does not appear to be a git repository\nfatal: Could not read from remote repository.", .notARepository),
            ("fatal: unable to generate diff for big", .tooLargeToCompare),
            ("Connection to h closed by remote host.\nfatal: Could not read from remote repository.", .unreachable),
            ("fatal: something else", .other),
        ])
    func kinds(_ text: String, _ kind: GitError.Kind) {
        #expect(GitError.Kind(standardError: text) == kind)
    }

    @Test(
        "an origin that does not answer, or whose place is empty, is away; one that refuses is not, nor is a repository of cco's own",
        arguments: [
            ("fatal: 'x.git' does not appear to be a git repository\nfatal: Could not read from remote repository.", true),
            ("fatal: Could not read from remote repository.", true),
            ("fatal: unable to access 'https://h/': Could not resolve host: h", true),
            ("fatal: not a git repository: 'hub.git'", false),
            ("git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.", false),
            ("ERROR: Repository not found.\nfatal: Could not read from remote repository.", false),
            ("fatal: something else", false),
        ])
    func away(_ text: String, _ isAway: Bool) {
        #expect(GitError(kind: .init(standardError: text), command: "git push", detail: text).isOriginAway == isAway)
    }
}
