import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite("Plans held against measured steps")
struct ClusterMeasurementsTests {
    private func measurements(_ text: String) throws -> ClusterMeasurements {
        let folder = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("measured.json")
        try Data(text.utf8).write(to: file)
        return try ClusterMeasurements(contentsOfFile: file.path)
    }

    private func point(_ nodes: Int, _ ranks: Int, _ seconds: Double, network: String = "null") -> String {
        "{\"name\": \"\(nodes) × \(ranks)\", \"nodes\": \(nodes), \"ranks_per_node\": \(ranks), "
            + "\"network\": \(network), \"step_seconds\": \(seconds)}"
    }

    private func text(_ points: String..., memory: String = "1us,5GB/s", deviation: Double = 0) -> String {
        "{\"memory\": \"\(memory)\", \"deviation\": \(deviation), \"points\": [\(points.joined(separator: ", "))]}"
    }

    @Test("one rank sets the rate; the others show the error")
    func errors() throws {
        let measured = try measurements(
            text(point(1, 1, 80), point(2, 1, 40, network: "\"0us,1GB/s\""), point(1, 2, 50)))
        let workload = ClusterWorkload(
            steps: [[Int](repeating: 1000, count: 8)], lossShare: 0.5, totalTokens: 1)
        #expect(measured.rate(workload).tokensPerSecond == 100)
        let plan = ClusterPlan(
            PlannedModel(.llama318B), workload, ComputeRate(tokensPerSecond: 1, deviation: 0.1, source: ""),
            ClusterNetworkTests.network)
        let lines = plan.comparison(with: measured).split(separator: "\n")
        #expect(lines.count == 4)
        // Two hosts: 40 s and 27 ms of values and 1/8 of that again.
        #expect(zip(lines.dropFirst(), ["+0.0 %", "+0.1 %", "-20.0 %"]).allSatisfy { $0.hasSuffix($1) }, "\(lines)")
    }

    @Test("steps of uneven length count as uneven as a plan can count with")
    func unevenSteps() throws {
        #expect(try measurements(text(point(1, 1, 80), deviation: 0.3)).deviation == 0.1)
    }

    @Test("a file without one rank alone, without seconds or with a strange network is refused")
    func refusals() {
        for (wrong, said) in [
            (text(point(2, 1, 40)), "expected a point of one rank"), (text(point(1, 1, 0)), "seconds above 0"),
            (text(point(1, 1, 1, network: "\"string\"")), "measured.json: points[0].network: expected 1gbe"),
            (text(point(1, 1, 1), memory: "fast"), "measured.json: memory: expected 1gbe"),
            (text(point(1, 1, 1), deviation: -0.2), "measured.json: deviation: expected a number of at least 0"),
            ("{}", "memory"), ("[", "measured.json"),
        ] {
            #expect { try measurements(wrong) } throws: { "\($0)".contains(said) }
        }
    }
}
