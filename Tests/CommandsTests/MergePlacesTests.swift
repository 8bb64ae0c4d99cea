import Testing

@testable import Commands

@Suite("Where cco merge keeps what it needs") struct MergePlacesTests {
    private func surroundings(_ environment: [String: String]) throws -> Surroundings {
        var surroundings = try TemporaryPlace().surroundings()
        surroundings.environment = environment
        return surroundings
    }

    @Test("the environment's cache or home counts, then the account's home; a folder that is not absolute is none")
    func folder() throws {
        func folder(_ environment: [String: String]) throws -> String {
            try MergePlaces(surroundings(environment), accountHome: { "/srv/account" }).folder
        }
        #expect(try folder(["XDG_CACHE_HOME": "/srv/cache", "HOME": "/srv/me"]) == "/srv/cache/cco/merge")
        #expect(try folder(["XDG_CACHE_HOME": "cache", "HOME": "/srv/me"]) == "/srv/me/.cache/cco/merge")
        for environment: [String: String] in [[:], ["HOME": ""], ["HOME": "me"]] {
            #expect(try folder(environment) == "/srv/account/.cache/cco/merge", "\(environment)")
        }
    }

    @Test("without any home folder it says what to set, and takes no folder that everybody has")
    func nowhere() throws {
        for account in [nil, "", "none"] as [String?] {
            #expect {
                try MergePlaces(self.surroundings([:]), accountHome: { account })
            } throws: {
                Failure($0).status == .cannotCreate && Failure($0).message.contains("Set HOME")
            }
        }
    }

    @Test("the home folder of an account is known, and none of an account that is not there")
    func account() {
        #expect(AccountHome.path(of: 0)?.hasPrefix("/") == true)
        #expect(AccountHome.path(of: 3_999_999_999) == nil)
    }
}
