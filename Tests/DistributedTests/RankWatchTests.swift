import Testing

@testable import Distributed

@Suite("What a rank does when another falls silent or leaves")
struct RankWatchTests {
    private func watch(_ rank: Int = 0, of hosts: [String] = ["a", "a", "b"]) -> RankWatch {
        RankWatch(rank: rank, hosts: hosts, sources: Array(hosts.indices), limit: 20)
    }

    /// Ticks of a second, in each of which the given ranks are heard.
    private func run(_ watch: inout RankWatch, seconds: Int, hearing ranks: [Int]) -> [RankWatch.Action] {
        (0..<seconds).map { _ in
            for rank in ranks { watch.heard(rank) }
            return watch.tick(1)
        }.filter { $0 != .none }
    }

    @Test("nothing happens while all are heard, however long that is")
    func quiet() {
        var watch = watch()
        #expect(run(&watch, seconds: 1000, hearing: [0, 1, 2]) == [])
    }

    @Test("a silent rank is named with its host and how far the run is, then the process ends")
    func loss() {
        var watch = watch()
        watch.progress = "after step 4"
        #expect(run(&watch, seconds: 19, hearing: [0, 1]) == [])
        let actions = run(&watch, seconds: 2, hearing: [0, 1])
        #expect(actions == [.say("rank 2 on b has been silent for 20 s: stopped, dead or cut off; after step 4")])
        watch.delivered()
        #expect(watch.tick(0.1) == .exit(75))
    }

    @Test("a rank whose work stands still in the middle of a step says so, and waiting for others is no standstill")
    func standstill() {
        var watch = watch(1)
        watch.progress = "after step 4"
        func tick(_ seconds: Int, _ done: (Int) -> UInt64?) -> [RankWatch.Action] {
            (0..<seconds).map { second in
                for rank in 0..<3 { watch.heard(rank) }
                return watch.tick(1, done: done(second))
            }.filter { $0 != .none }
        }
        #expect(tick(100) { _ in 7 } == [], "outside of a step")
        watch.isWorking = true
        #expect(tick(100) { UInt64($0) } == [] && tick(100) { _ in nil } == [])
        #expect(tick(19) { _ in 7 } == [])
        #expect(tick(1) { _ in nil } == [] && tick(20) { _ in 7 } == [])
        #expect(
            tick(2) { _ in 7 } == [
                .say("rank 1 on a: has computed nothing for 20 s, where all ranks compute; after step 4")
            ])
    }

    @Test("ranks that fall silent nearly together are named together, by host")
    func host() {
        var watch = watch(0, of: ["a", "b", "c", "b", "c"])
        _ = run(&watch, seconds: 2, hearing: [0, 2, 3, 4])
        let actions = run(&watch, seconds: 18, hearing: [0])
        #expect(
            actions == [.say("ranks 1, 3 on b; ranks 2, 4 on c have been silent for 20 s: stopped, dead or cut off")])
    }

    @Test("whoever cannot be told is not waited for long")
    func unheard() {
        var watch = watch()
        watch.leave(exitCode: 65, message: "x")
        #expect(watch.tick(0.1) == .say("x"))
        #expect(run(&watch, seconds: 2, hearing: []) == [])
        #expect(watch.tick(1) == .exit(65))
    }

    @Test("of ranks that leave together the lowest says why")
    func turns() {
        var (low, high) = (watch(1), watch(2))
        low.leave(exitCode: 66, message: "low")
        high.leave(exitCode: 65, message: "high")
        #expect(low.tick(0.5) == .none && high.tick(0.5) == .none)
        low.told(exitCode: 65, by: 2)
        high.told(exitCode: 66, by: 1)
        #expect(low.tick(0.5) == .say("low") && high.tick(0.5) == .none)
        #expect(high.tick(1) == .none && high.tick(1) == .exit(66))
    }

    @Test("a rank that hears that another leaves follows without a word, its own troubles notwithstanding")
    func following() {
        var watch = watch(0)
        watch.told(exitCode: 65, by: 2)
        watch.leave(exitCode: 75, message: "x")
        #expect(run(&watch, seconds: 2, hearing: []) == [.exit(65)])
    }

    @Test("what was said before another left is followed through")
    func said() {
        var watch = watch(0)
        watch.leave(exitCode: 75, message: "x")
        #expect(watch.tick(0.1) == .say("x"))
        watch.told(exitCode: 65, by: 2)
        watch.delivered()
        #expect(watch.tick(0.1) == .exit(75))
    }

    @Test("while the process itself was stopped nobody fell silent")
    func stopped() {
        var watch = watch()
        #expect(watch.tick(3600) == .none)
        #expect(watch.lost == [])
    }

    @Test("a rank that has come to its end is not missed")
    func released() {
        var watch = watch()
        watch.released(2)
        #expect(run(&watch, seconds: 100, hearing: [0, 1]) == [])
    }

    @Test("where MPI does not even bring a rank its own messages, that is said")
    func stuck() {
        var watch = watch(1)
        _ = run(&watch, seconds: 20, hearing: [])
        #expect(watch.departure?.message == "rank 1 on a: MPI has moved no message for 20 s")
    }

    @Test(
        "every rank is heard by some, in jobs of any size, and nobody by many",
        arguments: [1, 2, 3, 16, 17, 1000, 4096])
    func distances(count: Int) {
        let distances = RankMonitor.distances(count)
        #expect(distances.first == 0 && Set(distances).count == distances.count)
        #expect(distances.allSatisfy { $0 < count })
        #expect(count <= 16 ? distances.count == count : (5...13).contains(distances.count))
    }

    @Test("hosts are told apart by more than their names, and come in the order of their ranks")
    func hosts() {
        let hosts = Hosts(["b\n1", "a\n2", "b\n1", "a\n3"])
        #expect(hosts.groups == [[0, 2], [1], [3]] && hosts.names == ["b", "a", "b", "a"])
        #expect(hosts.neighbours(of: 2) == [0, 2] && hosts.name(3) == "rank 3 on a")
    }
}
