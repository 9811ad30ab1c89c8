import CommandSupport
import Signet

/// Llama-3.1-70B over several hosts: on paper, since no host here holds it. Nothing is measured.
enum SeventyBillionCases {
    static var all: [BenchmarkCase] {
        [(cores: 2, label: "2 cores a host"), (cores: 64, label: "64 cores a host")].map { cores, label in
            BenchmarkCase(name: "70b/on paper, \(label)") { _ in
                let plan = SplitPlan(
                    PlannedModel(.llama3170B), rows: [661, 661, 661], lossShare: 0.3, streamCount: 1,
                    operationsPerSecond: ComputeRate.recordedOperationsPerCore * Double(cores),
                    network: ClusterNetwork.known[0])
                let networks = ClusterNetwork.known.filter {
                    ["1gbe", "10gbe", "100gbe", "hdr-infiniband"].contains($0.name)
                }
                try StandardOutput.writeLine(
                    (plan.assumptions + networks.map { "network \($0)" }).map { "assumes    \($0)" }
                        .joined(separator: "\n"))
                try StandardOutput.writeLine(
                    plan.table(hosts: [2, 4, 8, 16], streams: [4, 64], networks: networks))
                return []
            }
        }
    }
}
