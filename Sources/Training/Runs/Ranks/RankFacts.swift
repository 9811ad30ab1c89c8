import Diagnostics
import Distributed
import Files
import Foundation
import Tensors

/// What all ranks of a run have to have alike, as one of them has it.
///
/// Ranks that computed other things, from other rows, with other kernels or another program would sum gradients that do
/// not belong together, or wait for each other in different places.
struct RankFacts: Codable {
    /// The digest of the executable.
    var program: String
    /// What rounds results: the instruction set and the kernels of bfloat16 products.
    var kernels: String
    /// The config with every default filled in.
    var config: String
    /// Digests of what the config names, by the keys that name it.
    var contents: [String: String]

    /// This rank's.
    ///
    /// - Throws: `InputError` where the executable cannot be read.
    init(_ configuration: TrainConfiguration, contents: [String: String]) throws {
        program = try Digest.of(file: URL(fileURLWithPath: "/proc/self/exe"))
        kernels = "\(Machine.instructionSet), bf16 products \(Machine.bfloat16Path)"
        config = configuration.resolvedJSON
        self.contents = contents
    }

    /// The first difference between the ranks, in the order in which one explains another.
    ///
    /// - Parameter all: every rank's facts.
    static func difference(of all: [RankFacts], on hosts: Hosts) -> InputError? {
        let first = all[0]
        func find(_ code: ExitCode, _ message: (RankFacts) -> String?) -> InputError? {
            let others = all.indices.compactMap { rank in message(all[rank]).map { (rank, $0) } }
            return others.first.map { error(code, others.map(\.0), $0.1, hosts) }
        }
        func compare(_ name: String, _ part: KeyPath<RankFacts, String>) -> InputError? {
            find(.config) { other in
                other[keyPath: part] == first[keyPath: part]
                    ? nil
                    : "expected the \(name) of \(hosts.name(0)) (\(first[keyPath: part])), found \(other[keyPath: part])"
            }
        }
        return compare("program", \.program)
            ?? find(.config) { $0.config == first.config ? nil : $0.configDifference(from: first, hosts.name(0)) }
            ?? compare("kernels", \.kernels)
            ?? find(.data) { other in
                first.contents.sorted { $0.key < $1.key }.first { other.contents[$0.key] != $0.value }.map {
                    "\($0.key): expected what \(hosts.name(0)) has (digest \($0.value)), found digest "
                        + (other.contents[$0.key] ?? "none")
                }
            }
    }

    /// Keys that are named at most.
    private static let keyLimit = 4

    private func configDifference(from first: RankFacts, _ name: String) -> String {
        func value(_ text: String) -> JSONValue {
            (try? JSONValue(parsing: Array(text.utf8), file: "config", exitCode: .config)) ?? .object([])
        }
        let (own, expected) = (value(config), value(first.config))
        let keys = own.keysDiffering(from: expected)
        let shown = keys.prefix(Self.keyLimit).map { key in
            "\(key) \(expected.text(at: key)), found \(own.text(at: key))"
        }
        let more = keys.count > shown.count ? " and \(keys.count - shown.count) more keys" : ""
        return "expected the config of \(name): \(shown.joined(separator: "; "))\(more)"
    }
}

extension JSONValue {
    /// The value at a path of keys, as text.
    fileprivate func text(at path: String) -> String {
        path.split(separator: ".").reduce(self) { value, key in value?[String(key)] }?.compactText ?? "nothing"
    }
}

extension RankFacts {
    /// The first clock that differs from rank 0's. It changes no result, but a host whose time nobody keeps has other faults
    /// too, and the times of files and logs would not fit together.
    ///
    /// - Parameters:
    ///   - times: what every rank's clock said, in seconds, after they had met.
    ///   - delays: how long each then waited for the others' times: no two were taken further apart.
    static func clockDifference(_ times: [Double], delays: [Double], on hosts: Hosts) -> InputError? {
        let others = times.indices.filter { rank in
            abs(times[rank] - times[0]) - max(delays[0], delays[rank]) > clockLimit
        }
        guard let rank = others.first else { return nil }
        let difference = times[rank] - times[0]
        return error(
            .config, others,
            "expected the clock of \(hosts.name(0)), found one \(Int(abs(difference).rounded())) s "
                + "\(difference > 0 ? "ahead" : "behind"); let a time service such as chrony keep both", hosts)
    }

    /// An error of the first of some ranks, which says how many there are.
    private static func error(_ code: ExitCode, _ ranks: [Int], _ message: String, _ hosts: Hosts) -> InputError {
        let more = ranks.count > 1 ? " (and \(ranks.count - 1) more)" : ""
        return InputError(code, at: hosts.name(ranks[0]) + more, message)
    }

    /// Seconds that clocks may differ by.
    private static let clockLimit = 5.0
}
