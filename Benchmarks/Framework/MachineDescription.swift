import Foundation
import Signet

/// Where and when figures were measured.
struct MachineDescription: Codable, CustomStringConvertible {
    let processor: String
    let memoryBytes: Int
    let instructionSet: String
    /// How bfloat16 products are made.
    let kernelPath: String
    let threads: Int
    /// ISO 8601.
    let date: String

    /// This machine, now.
    static var current: MachineDescription {
        MachineDescription(
            processor: field("model name", in: "/proc/cpuinfo") + ", family " + field("cpu family", in: "/proc/cpuinfo")
                + " model " + field("model", in: "/proc/cpuinfo"),
            memoryBytes: Int(ProcessInfo.processInfo.physicalMemory), instructionSet: Machine.instructionSet,
            kernelPath: Machine.bfloat16Path, threads: Machine.threadCount,
            date: ISO8601DateFormatter().string(from: Date()))
    }

    private static func field(_ name: String, in file: String) -> String {
        let text = FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let line = text.split(separator: "\n").first {
            $0.split(separator: ":").first?.trimmingCharacters(in: .whitespaces) == name
        }
        return line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? "unknown"
    }

    var description: String {
        "\(processor); \(threads) threads; \(instructionSet): \(kernelPath); "
            + "\((Double(memoryBytes) / 0x1p30).shortText) GiB; \(date)"
    }
}
