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
        let own = try communicator.together { try JSONEncoder().encode(RankFacts(configuration, contents: contents)) }
        let all = try communicator.gather(Array(own)).map {
            try JSONDecoder().decode(RankFacts.self, from: Data($0))
        }
        if let difference = RankFacts.difference(of: all, on: communicator.hosts) { throw CommonFailure(difference) }
        let began = ContinuousClock.now
        let times = communicator.gather(Date().timeIntervalSince1970)
        let delays = communicator.gather((ContinuousClock.now - began) / .seconds(1))
        if let difference = RankFacts.clockDifference(times, delays: delays, on: communicator.hosts) {
            throw CommonFailure(difference)
        }
    }
}

extension Communicator {
    /// Every rank's number.
    fileprivate func gather(_ value: Double) -> [Double] {
        gather(withUnsafeBytes(of: value) { Array($0) }).map { bytes in
            bytes.withUnsafeBytes { $0.loadUnaligned(as: Double.self) }
        }
    }
}
