import Distributed
import Tensors

extension RunSetup {
    /// The ranks and where they run, a line for each host; nothing where there is one rank.
    var hostLines: [(String, String)] {
        guard communicator.rankCount > 1 else { return [] }
        let sums = "\(communicator.rankCount); gradients summed in \(configuration.training.gradientDtype.rawValue)"
        let hosts = placements.isEmpty ? [] : communicator.hosts.groups
        return [("ranks", sums)]
            + hosts.enumerated().map { index, ranks in
                (
                    index == 0 ? "hosts" : "",
                    Self.hostText(communicator.hosts.names[ranks[0]], ranks, ranks.map { placements[$0] })
                )
            }
    }

    /// - Parameters:
    ///   - ranks: of the host.
    ///   - placements: theirs.
    static func hostText(_ host: String, _ ranks: [Int], _ placements: [Placement]) -> String {
        let threads = Set(placements.map(\.threads)).sorted()
        let isOne = threads == [1]
        var text =
            "\(host): rank\(ranks.count == 1 ? "" : "s") \(ranges(ranks)), "
            + "\(threads.map(String.init).joined(separator: "-")) thread\(isOne ? "" : "s")"
            + (ranks.count == 1 ? "" : " each")
        let places = placements.map(\.processors)
        text +=
            Set(places).count == 1
            ? " on processors \(places[0])" : " on processors \(places.joined(separator: " | "))"
        let bindings = Set(placements.map(\.binding))
        if bindings == [.launcher] {
            text += ", bound by the launcher"
        } else if bindings == [.ownRanks] {
            text += ", divided among the ranks"
        }
        let (used, all) = (placements[0].processorsUsed, placements[0].processorsOfHost)
        // An idle half of a machine is what mpirun does by itself where there are few ranks.
        if used < all {
            text += "; the launcher leaves \(all - used) of \(all) processors idle (mpirun --bind-to none gives all)"
        }
        return text
    }

    /// Numbers in ascending order as `0-3, 8`.
    private static func ranges(_ numbers: [Int]) -> String {
        var runs: [ClosedRange<Int>] = []
        for number in numbers {
            if let last = runs.last, last.upperBound + 1 == number {
                runs[runs.count - 1] = last.lowerBound...number
            } else {
                runs.append(number...number)
            }
        }
        return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ", ")
    }
}
