import Foundation

/// Which ranks run on which host.
public struct Hosts: Sendable, Equatable {
    /// The name of every rank's host.
    public let names: [String]
    /// The ranks of each host, the hosts in the order of their lowest ranks.
    public let groups: [[Int]]

    /// - Parameter identities: what every rank says of its host, as `identity` does.
    init(_ identities: [String]) {
        names = identities.map { $0.split(separator: "\n").first.map(String.init) ?? "" }
        groups = Dictionary(grouping: identities.indices) { identities[$0] }.values.sorted { $0[0] < $1[0] }
    }

    /// This host's name, and what tells it from another of that name.
    static var identity: String {
        let boot = FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id") ?? Data()
        var name = utsname()
        uname(&name)
        let host = withUnsafeBytes(of: name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return "\(host)\n\(String(decoding: boot, as: UTF8.self))"
    }

    /// The ranks on a rank's host, itself among them.
    public func neighbours(of rank: Int) -> [Int] { groups.first { $0.contains(rank) } ?? [rank] }

    /// A rank and its host, as messages name it.
    public func name(_ rank: Int) -> String { "rank \(rank) on \(names[rank])" }
}
