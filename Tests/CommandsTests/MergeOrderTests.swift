import ArgumentParser
import Engine
import Testing

@testable import Commands

@Suite("What cco merge is asked to do") struct MergeOrderTests {
    private func order(_ arguments: [String], _ place: TemporaryPlace) throws -> BranchMerge.Order {
        let command = try #require(try Root.parseAsRoot(["merge", "--target", "main"] + arguments + ["fix-1"]) as? Merge)
        return try command.order(place.surroundings())
    }

    @Test(
        "the configuration of the current folder counts where no repository is named, and options win over it",
        arguments: ["", "cco-config/"])
    func configured(_ folder: String) throws {
        let place = try TemporaryPlace()
        _ = try place.folder("project")
        try place.write(
            "\(folder)orchestrator.json",
            """
            {"repositoryUrl": "\(place.path)/project", "workerCount": 1,
             "verifyCommand": "make check", "verifyTimeoutMinutes": 7, "gateSlots": 3}
            """)
        let plain = try order([], place)
        #expect(plain.repository == place.path + "/project" && plain.verifyCommand == "make check")
        #expect(plain.verifyTimeoutMinutes == 7 && plain.gateSlots == 3)
        let chosen = try order(["--verify", "true", "--timeout", "2", "--slots", "1"], place)
        #expect(chosen.repository == place.path + "/project" && chosen.verifyCommand == "true")
        #expect(chosen.verifyTimeoutMinutes == 2 && chosen.gateSlots == 1)
        #expect(try order(["--ungated"], place).verifyCommand == nil)
        // A repository that is named has nothing to do with the configuration that happens to be here, unless that is named, too.
        let other = try order(["--repository", "other", "--verify", "true"], place)
        #expect(other.repository == "other" && other.verifyTimeoutMinutes == 30 && other.gateSlots == nil)
        let both = try order(["--repository", "other", "--config", folder.isEmpty ? "." : folder], place)
        #expect(both.repository == "other" && both.verifyCommand == "make check")
    }

    @Test("without any configuration the current folder is the repository, and a gate has to be named")
    func unconfigured() throws {
        let place = try TemporaryPlace()
        let order = try order(["--verify", "make test"], place)
        #expect(order.repository == "." && order.verifyCommand == "make test" && order.verifyTimeoutMinutes == 30)
        #expect {
            try self.order([], place)
        } throws: {
            Failure($0).status == .usage && Failure($0).message.contains("nothing would verify the result")
        }
    }

    @Test("a command with nothing in it is no gate: it is refused, also where a configuration has one", arguments: ["", " ", "\t\n "])
    func blank(_ command: String) throws {
        let place = try TemporaryPlace()
        _ = try place.folder("project")
        try place.write(
            "orchestrator.json", #"{"repositoryUrl": "\#(place.path)/project", "workerCount": 1, "verifyCommand": "make check"}"#)
        for (words, ways) in [
            (["merge", "--target", "main", "--verify", command, "fix-1"], ["--verify is empty", "Give a command", "--ungated"]),
            (
                ["init", "--repository", "/r", "--workers", "1", "--verify-command", command],
                ["--verify-command is empty", "the Director"]
            ),
        ] {
            #expect {
                try Root.parseAsRoot(words)
            } throws: { error in
                Root.exitCode(for: error) == .validationFailure && ways.allSatisfy { Root.message(for: error).contains($0) }
            }
        }
        // What a configuration says is refused where it is read.
        try place.write(
            "orchestrator.json",
            #"{"repositoryUrl": "\#(place.path)/project", "workerCount": 1, "verifyCommand": " ", "quickVerifyCommand": "\t"}"#)
        #expect {
            try order([], place)
        } throws: {
            Failure($0).status == .configuration && Failure($0).message.contains("\"verifyCommand\"")
                && Failure($0).message.contains("\"quickVerifyCommand\"")
        }
    }

    @Test("within a repository that one is taken, however deep the folder is in it")
    func within() async throws {
        let place = try TemporaryPlace()
        try await place.shell(
            """
            git init -q project; cd project; git commit -q --allow-empty -m start; mkdir -p a/b/.git; cd ..
            git -C project worktree add -q ../linked; mkdir linked/src; git init -q --bare bare.git; mkdir outside
            """)
        func repository(_ folder: String) throws -> String {
            let command = try #require(try Root.parseAsRoot(["merge", "--target", "main", "--verify", "true", "fix-1"]) as? Merge)
            var surroundings = place.surroundings()
            surroundings.currentFolder = "\(place.path)/\(folder)"
            return try command.order(surroundings).repository
        }
        #expect(try repository("project") == ".")
        #expect(try repository("project/a/b") == place.path + "/project")
        #expect(try repository("linked/src") == place.path + "/linked")
        #expect(try repository("bare.git") == ".")
        #expect(try repository("bare.git/refs/heads") == place.path + "/bare.git")
        #expect(try repository("outside") == ".")
    }

    @Test("a repository without a commit is told of as one")
    func empty() {
        #expect("\(BranchMergeError.missing(branch: "main", present: []))".contains("has no commit yet"))
        #expect("\(BranchMergeError.missing(branch: "main", present: ["a", "b"]))".hasSuffix("no branch \"main\"; it has a, b"))
    }

    @Test("a time that no gate can have is refused", arguments: ["0", "-1", "5256001", "999999999999999"])
    func timeout(_ minutes: String) {
        #expect {
            try Root.parseAsRoot(["merge", "--target", "main", "--timeout=\(minutes)", "fix-1"])
        } throws: {
            Root.message(for: $0).contains("--timeout takes minutes from 1 to 5256000")
        }
    }
}
