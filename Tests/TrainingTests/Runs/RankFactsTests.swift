import Diagnostics
import Foundation
import Testing

@testable import Distributed
@testable import Training

@Suite("What ranks have to have alike")
struct RankFactsTests {
    private let hosts = Hosts(["a\n1", "a\n1", "b\n2"])

    private func facts(_ change: (inout TrainConfiguration) -> Void = { _ in }) throws -> RankFacts {
        var configuration = TrainConfiguration(model: .init(path: "m"), data: .init(train: "d"))
        change(&configuration)
        return try RankFacts(configuration, contents: ["data.train": "1", "model.path": "2"])
    }

    @Test("ranks that are alike are let go on")
    func alike() throws {
        #expect(try RankFacts.difference(of: [facts(), facts(), facts()], on: hosts) == nil)
    }

    @Test("other settings are named by their keys with both values, the rank with its host")
    func settings() throws {
        let other = try facts { $0.training.seed = 7 }
        let error = try #require(RankFacts.difference(of: [facts(), facts(), other], on: hosts))
        #expect(error.exitCode == .config)
        #expect("\(error)" == "rank 2 on b: expected the config of rank 0 on a: training.seed 42, found 7")
        let several = try #require(RankFacts.difference(of: [facts(), other, other], on: hosts))
        #expect(several.place == "rank 1 on a (and 1 more)")
    }

    @Test("a difference that explains another comes first: program, config, kernels, contents")
    func order() throws {
        var other = try facts()
        other.contents["model.path"] = "3"
        let all = { [try facts(), try facts(), other] }
        var error = try #require(RankFacts.difference(of: all(), on: hosts))
        #expect(
            error.exitCode == .data && error.message.hasPrefix("model.path: expected what rank 0 on a has (digest 2)"))
        other.kernels = "scalar"
        error = try #require(RankFacts.difference(of: all(), on: hosts))
        #expect(
            error.exitCode == .config && error.message.contains("kernels") && error.message.contains("found scalar"))
        other.program = "x"
        error = try #require(RankFacts.difference(of: all(), on: hosts))
        #expect(error.message.contains("program"))
    }

    @Test("a clock stops the run where it differs by more than five seconds beyond what the exchange took")
    func clocks() {
        let error = RankFacts.clockDifference([100, 104.9, 63], delays: [0.1, 0.1, 0.1], on: hosts)
        #expect(
            error.map { "\($0)" } == "rank 2 on b: expected the clock of rank 0 on a, found one 37 s behind; "
                + "let a time service such as chrony keep both")
        #expect(error?.exitCode == .config)
        #expect(RankFacts.clockDifference([100, 100, 110], delays: [6, 0, 0], on: hosts) == nil)
        #expect(
            RankFacts.clockDifference([100, 106, 110], delays: [0, 0, 0], on: hosts)?.place
                == "rank 1 on a (and 1 more)")
    }

    @Test("what ranks of a host have in common is counted once in what they may take together")
    func memory() {
        #expect(MemoryPlan.Host.alone.share(of: 100, weightBytes: 60) == 100)
        #expect(MemoryPlan.Host(rankCount: 4, ownWeightBytes: 0).share(of: 100, weightBytes: 60) == 70)
        #expect(MemoryPlan.Host(rankCount: 4, ownWeightBytes: 60).share(of: 100, weightBytes: 60) == 25)
        #expect(MemoryPlan.Host(rankCount: 2, ownWeightBytes: 20).share(of: 100, weightBytes: 60) == 70)
    }

    @Test("a host's line tells ranks, threads and processors, who bound them, and what is left idle")
    func line() {
        func placement(_ list: String, _ binding: Placement.Binding, used: Int = 8) -> Placement {
            Placement(processors: list, threads: 2, binding: binding, processorsUsed: used, processorsOfHost: 8)
        }
        #expect(
            RunSetup.hostText("a", [0, 1, 4], ["0-1", "2-3", "4-5"].map { placement($0, .ownRanks) })
                == "a: ranks 0-1, 4, 2 threads each on processors 0-1 | 2-3 | 4-5, divided among the ranks")
        #expect(
            RunSetup.hostText("b", [2], [placement("0-1", .launcher, used: 2)])
                == "b: rank 2, 2 threads on processors 0-1, bound by the launcher; the launcher leaves 6 of 8 "
                + "processors idle (mpirun --bind-to none gives all)")
    }
}
