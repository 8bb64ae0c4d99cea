import Orchestration
import Simulation
import Testing

@Suite("The simulated repositories")
struct SimulatedGitTests {
    @Test("what somebody else pushed is in the base, and a commit that does not build on it is not taken")
    func pushes() throws {
        var git = SimulatedGit()
        let start = git.base
        let mine = git.commit(by: "task-1", on: [start])
        git.pushFromOutside(newDirection: true)
        let theirs = git.base
        #expect(git.holds(theirs).count == 1)
        #expect(git.facts.direction != SimulatedGit().facts.direction)
        #expect(git.publish(mine, onto: start, target: .base) == .moved)
        #expect(git.base == theirs)
        let joined = git.commit(by: "task-1", on: [mine, theirs])
        #expect(git.publish(joined, onto: start, target: .base) == .published)
        #expect(git.base == joined)
        #expect(git.publish(joined, onto: start, target: .base) == .published, "publishing twice is published once")
        #expect(git.holds(joined).contains("task-1") && git.holds(joined).count == 2)
    }

    @Test("the same changes are the same tree, whichever way they came together")
    func trees() throws {
        var git = SimulatedGit()
        var run = Run(id: ID("run-1"), settings: .sample(workers: 6), seed: 1, at: .begin)
        run.apply(.baseMoved(git.facts), at: .begin)
        let one = git.commit(by: "task-1", on: [git.base])
        let two = git.commit(by: "task-2", on: [git.base])
        func merge(_ head: ObjectID, onto: ObjectID) -> MergeResult {
            run.teams[ID("team-1")]?.head = onto
            return git.merge(
                Candidate(id: ID("candidate-1"), target: .team(ID("team-1")), kind: .task(ID("task-1")), head: head, readyAt: .begin),
                in: run)
        }
        guard case .clean(let first, let tree, _) = merge(one, onto: two), case .clean(let second, let same, _) = merge(two, onto: one)
        else {
            Issue.record("not clean")
            return
        }
        #expect(first != second && tree == same)
        #expect(merge(one, onto: first) == .nothingToMerge)
    }

    @Test("sets of changes join, part and compare")
    func sets() {
        var left = ChangeSet()
        var right = ChangeSet()
        for number in [0, 63, 64, 200] { left.insert(number) }
        for number in [63, 500] { right.insert(number) }
        #expect(left.union(right).numbers == [0, 63, 64, 200, 500])
        #expect(right.union(left) == left.union(right))
        #expect(left.subtracting(right).numbers == [0, 64, 200])
        #expect(right.subtracting(left).subtracting(right) == ChangeSet())
        #expect(left.intersects(right) && !left.subtracting(right).intersects(right))
        #expect(left.isSubset(of: left.union(right)) && !left.union(right).isSubset(of: left))
        #expect(left.last == 200 && ChangeSet().last == nil && left.count == 4)
    }

    @Test("a spread gives what was measured")
    func spreads() {
        let spread = Spread([10, 20, 40])
        #expect(spread.median == 20 && spread.quantile(0) == 10 && spread.quantile(1) == 40 && spread.quantile(0.75) == 30)
        var random = SeededRandom(seed: 1)
        let values = (0..<200).map { _ in spread.value(&random) }
        #expect(values.allSatisfy { (10...40).contains($0) })
        #expect(Spread([], fallback: 7).value(&random) == 7)
    }
}
