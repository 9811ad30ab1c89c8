import Diagnostics
import Testing

@testable import Training

@Suite("Networks and what sums over ranks take on them")
struct ClusterNetworkTests {
    /// 10 µs and 1 GB/s.
    static let network = ClusterNetwork(name: "test", latency: 1e-5, bandwidth: 1e9)

    @Test("a network is a name, or a latency and a bandwidth in many units")
    func parsing() throws {
        #expect(try ClusterNetwork(parsing: "10GbE") == ClusterNetwork.known[1])
        for (text, latency, bandwidth) in [
            ("25us,1.2GB/s", 25e-6, 1.2e9), ("25 µs, 1200 MB/s", 25e-6, 1.2e9), ("0.001s,8Gbit/s", 1e-3, 1e9),
            ("0ns,100Mbit/s", 0, 12.5e6), ("2ms,1GiB/s", 2e-3, 0x1p30), ("1us,5B/s", 1e-6, 5),
        ] {
            let network = try ClusterNetwork(parsing: text)
            #expect(abs(network.latency - latency) <= 1e-15, "\(text): \(network.latency)")
            #expect(abs(network.bandwidth / bandwidth - 1) <= 1e-15, "\(text): \(network.bandwidth)")
        }
    }

    @Test(
        "what is no network is refused with what is one",
        arguments: [
            "", "ethernet", "25us", "1GB/s,25us", "25us,0GB/s", "-1us,1GB/s", "25us,1GB/s,2", "us,GB/s", "nans,1GB/s",
        ])
    func refusal(text: String) {
        #expect { try ClusterNetwork(parsing: text) } throws: { error in
            (error as? InputError)?.exitCode == .usage && "\(error)".contains("hdr-infiniband")
        }
    }

    @Test("each of four ranks sends three quarters of a vector in three messages")
    func exchange() {
        let layout = RankLayout(hostCount: 4, ranksPerHost: 1)
        let seconds = layout.exchangeSeconds(bytes: 100e6, network: Self.network)
        #expect(abs(seconds - 3 * (1e-5 + 0.025)) < 1e-12)
        let pieces = layout.exchangeSeconds(bytes: 100e6, pieces: 8, network: Self.network)
        #expect(abs(pieces - 3 * (8e-5 + 0.025)) < 1e-12)
        #expect(RankLayout(hostCount: 1, ranksPerHost: 1).exchangeSeconds(bytes: 1e9, network: Self.network) == 0)
    }

    @Test("two ranks of a host share its way out and use memory between them")
    func sharedHosts() {
        let layout = RankLayout(hostCount: 2, ranksPerHost: 2)
        let memory = ClusterNetwork(name: "memory", latency: 1e-6, bandwidth: 5e9)
        let seconds = layout.exchangeSeconds(bytes: 100e6, network: Self.network, memory: memory)
        #expect(abs(seconds - (2 * (1e-5 + 0.05) + (1e-6 + 0.005))) < 1e-12)
    }

    @Test("a sum of a few numbers climbs a tree and comes down again")
    func smallSums() {
        let memory = ClusterNetwork(name: "memory", latency: 1e-6, bandwidth: 5e9)
        // Eight hosts are three levels, three ranks two.
        let seconds = RankLayout(hostCount: 8, ranksPerHost: 3).smallSumSeconds(network: Self.network, memory: memory)
        #expect(abs(seconds - 2 * (3e-5 + 2e-6)) < 1e-15)
    }
}
