import Diagnostics

/// A network as the α–β model sees it (Hockney 1994): a message of n bytes takes α + n/β seconds.
public struct ClusterNetwork: Sendable, Equatable {
    /// What it is called in a plan.
    public var name: String
    /// α: seconds until a message of no length has arrived.
    public var latency: Double
    /// β: bytes/s that a host sends while it receives as many.
    public var bandwidth: Double

    /// - Parameters:
    ///   - name: what it is called in a plan.
    ///   - latency: α, in seconds.
    ///   - bandwidth: β of a host, in bytes/s.
    public init(name: String, latency: Double, bandwidth: Double) {
        self.name = name
        self.latency = latency
        self.bandwidth = bandwidth
    }

    /// The networks known by name: what MPI reaches over them, not the figure on the box.
    public static let known = [
        ClusterNetwork(name: "1gbe", latency: 40e-6, bandwidth: 0.117e9),
        ClusterNetwork(name: "10gbe", latency: 25e-6, bandwidth: 1.17e9),
        ClusterNetwork(name: "25gbe", latency: 15e-6, bandwidth: 2.9e9),
        ClusterNetwork(name: "100gbe", latency: 10e-6, bandwidth: 11.5e9),
        ClusterNetwork(name: "hdr-infiniband", latency: 2e-6, bandwidth: 24e9),
        ClusterNetwork(name: "ndr-infiniband", latency: 2e-6, bandwidth: 48e9),
    ]

    /// Ranks of one host, through its memory.
    public static let memory = ClusterNetwork(name: "memory", latency: 1e-6, bandwidth: 5e9)

    /// A known network, or one given as `25us,1.2GB/s`.
    ///
    /// - Parameters:
    ///   - place: where the text stands.
    ///   - exitCode: what an error there ends a command with.
    /// - Throws: `InputError` with that code.
    public init(
        parsing text: String, at place: String = "--network", exitCode: ExitCode = .usage
    ) throws(InputError) {
        if let known = Self.known.first(where: { $0.name == text.lowercased() }) {
            self = known
            return
        }
        let parts = text.split(separator: ",").map { String($0.filter { $0 != " " }) }
        guard parts.count == 2, let latency = Self.quantity(parts[0], Self.seconds, allowsZero: true),
            let bandwidth = Self.quantity(parts[1], Self.rates, allowsZero: false)
        else {
            throw InputError(
                exitCode, at: place,
                "expected \(Self.known.map(\.name).joined(separator: ", ")), or a latency and a bandwidth such as "
                    + "25us,1.2GB/s, found \"\(text)\"")
        }
        self.init(name: text, latency: latency, bandwidth: bandwidth)
    }

    private static let seconds = [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1)]
    private static let rates = [
        ("Gbit/s", 1e9 / 8), ("Mbit/s", 1e6 / 8), ("GiB/s", 0x1p30), ("MiB/s", 0x1p20), ("GB/s", 1e9), ("MB/s", 1e6),
        ("kB/s", 1e3), ("B/s", 1),
    ]

    private static func quantity(_ text: String, _ units: [(String, Double)], allowsZero: Bool) -> Double? {
        guard let unit = units.first(where: { text.hasSuffix($0.0) }), let number = Double(text.dropLast(unit.0.count)),
            number.isFinite, number > 0 || allowsZero && number == 0
        else { return nil }
        return number * unit.1
    }
}

extension ClusterNetwork: CustomStringConvertible {
    /// Its name, α in µs and β in GB/s.
    public var description: String {
        "\(name): α \((latency * 1e6).planText) µs, β \((bandwidth / 1e9).planText) GB/s"
    }

    /// Seconds of one message.
    public func seconds(bytes: Double) -> Double { latency + bytes / bandwidth }
}
