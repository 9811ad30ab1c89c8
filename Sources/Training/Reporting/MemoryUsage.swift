import Foundation

/// What memory the process has held and what it may still take, as Linux says.
public struct MemoryUsage: Sendable {
    private let root: String

    /// What the running system says.
    public init() {
        self.init(root: "")
    }

    /// - Parameter root: the folder in which `proc` and `sys` lie; empty for the system's own.
    init(root: String) {
        self.root = root
    }

    /// The most memory the process has held at a time (resident, `VmHWM`), in bytes; nil where the system does not say.
    public var peakResidentBytes: Int? {
        text("/proc/self/status").flatMap { Self.kibibytes("VmHWM", in: $0) }
    }

    /// The memory the process holds now (resident, `VmRSS`), in bytes; nil where the system does not say.
    public var residentBytes: Int? {
        text("/proc/self/status").flatMap { Self.kibibytes("VmRSS", in: $0) }
    }

    /// The memory that can be taken without swapping, in bytes: what the machine has available, or what the control
    /// groups of the process (version 1 or 2, up to the outermost) leave of their limits if that is less. Cached file
    /// pages that can be given back count as available. Nil where the system says nothing.
    public var availableBytes: Int? {
        let machine = text("/proc/meminfo").flatMap { Self.kibibytes("MemAvailable", in: $0) }
        return ([machine] + controlGroups.map(remaining)).compactMap { $0 }.min()
    }

    /// One level of a control group hierarchy and how its files are called.
    private struct ControlGroup {
        let folder: String
        let limit: String
        let usage: String
        let inactiveFiles: String
    }

    /// The control groups of the process and all that enclose them.
    private var controlGroups: [ControlGroup] {
        let lines = text("/proc/self/cgroup")?.split(separator: "\n") ?? []
        return lines.flatMap { line -> [ControlGroup] in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return [] }
            let paths = Self.enclosing(fields[2])
            if fields[0] == "0", fields[1].isEmpty {
                return paths.map {
                    ControlGroup(
                        folder: "/sys/fs/cgroup" + $0, limit: "memory.max", usage: "memory.current",
                        inactiveFiles: "inactive_file")
                }
            }
            guard fields[1].split(separator: ",").contains("memory") else { return [] }
            return paths.map {
                ControlGroup(
                    folder: "/sys/fs/cgroup/memory" + $0, limit: "memory.limit_in_bytes",
                    usage: "memory.usage_in_bytes", inactiveFiles: "total_inactive_file")
            }
        }
    }

    /// `/a/b` → `/a/b`, `/a`, and the root.
    private static func enclosing(_ path: Substring) -> [String] {
        let parts = path.split(separator: "/")
        return (0...parts.count).reversed().map { parts[..<$0].map { "/" + $0 }.joined() }
    }

    /// What a control group leaves of its limit; nil where it has none.
    private func remaining(of group: ControlGroup) -> Int? {
        func number(_ name: String) -> Int? {
            text("\(group.folder)/\(name)").flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        }
        guard let limit = number(group.limit), let usage = number(group.usage) else { return nil }
        let statistics = text("\(group.folder)/memory.stat") ?? ""
        let line = statistics.split(separator: "\n").first { $0.hasPrefix(group.inactiveFiles + " ") }
        let inactive = line.flatMap { Int($0.dropFirst(group.inactiveFiles.count + 1)) } ?? 0
        return max(0, limit - max(0, usage - inactive))
    }

    private static func kibibytes(_ name: String, in text: String) -> Int? {
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        let fields = line?.split { $0 == " " || $0 == "\t" }
        guard let fields, fields.count == 3, fields[2] == "kB" else { return nil }
        return Int(fields[1]).map { $0 * 1024 }
    }

    private func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: root + path).map { String(decoding: $0, as: UTF8.self) }
    }
}
