import Distributed
import Foundation

extension RunSetup {
    /// Makes sure, before anything is loaded, that the ranks have the same program, config, kernels, files and time.
    ///
    /// - Parameter contents: digests of what the config names, by the keys that name it.
    /// - Throws: on all ranks the first difference.
    static func preflight(
        _ configuration: TrainConfiguration, contents: [String: String], _ communicator: any Communicator
    ) throws {
        guard communicator.rankCount > 1 else { return }
        let own = try communicator.together { try RankFacts(configuration, contents: contents) }
        let all = try communicator.gather(values: own)
        if let difference = RankFacts.difference(of: all, on: communicator.hosts) { throw CommonFailure(difference) }
        let began = ContinuousClock.now
        let times = try communicator.gather(values: Date().timeIntervalSince1970)
        let delays = try communicator.gather(values: (ContinuousClock.now - began) / .seconds(1))
        if let difference = RankFacts.clockDifference(times, delays: delays, on: communicator.hosts) {
            throw CommonFailure(difference)
        }
    }
}
