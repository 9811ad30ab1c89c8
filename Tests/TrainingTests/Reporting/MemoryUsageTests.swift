import Foundation
import TestSupport
import Testing

@testable import Training

@Suite("Memory usage")
struct MemoryUsageTests {
    /// What is reported where the system's files hold these texts.
    private func usage<Result>(_ files: [String: String], _ read: (MemoryUsage) -> Result) throws -> Result {
        let root = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: root) }
        for (path, text) in files {
            let url = root.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: url, atomically: true, encoding: .utf8)
        }
        return read(MemoryUsage(root: root.path))
    }

    private let machine = ["proc/meminfo": "MemTotal:  2000 kB\nMemAvailable:     1000 kB\n"]

    @Test("the running process has held memory and may take more")
    func running() throws {
        let bytes = [UInt8](repeating: 1, count: 64 << 20)
        let peak = try #require(MemoryUsage().peakResidentBytes)
        #expect(peak > bytes.count)
        #expect(peak < 1 << 40)
        let available = try #require(MemoryUsage().availableBytes)
        #expect(available > 0 && available < 1 << 50)
    }

    @Test("the peak is VmHWM, not what is resident now")
    func peak() throws {
        let status = "Name:\ttrain\nVmPeak:\t  99 kB\nVmHWM:\t      12 kB\nVmRSS:\t 5 kB\n"
        #expect(try usage(["proc/self/status": status], \.peakResidentBytes) == 12 * 1024)
        #expect(try usage([:], \.peakResidentBytes) == nil)
        #expect(try usage(["proc/self/status": "VmHWM: lots\n"], \.peakResidentBytes) == nil)
    }

    @Test("without control groups what the machine has available counts")
    func machineOnly() throws {
        #expect(try usage(machine, \.availableBytes) == 1_024_000)
        #expect(try usage([:], \.availableBytes) == nil)
    }

    @Test("the tightest control group of version 2 counts, with its inactive file pages given back")
    func version2() throws {
        let files = machine.merging([
            "proc/self/cgroup": "0::/a/b\n",
            "sys/fs/cgroup/a/b/memory.max": "max\n", "sys/fs/cgroup/a/b/memory.current": "5\n",
            "sys/fs/cgroup/a/memory.max": "100000\n", "sys/fs/cgroup/a/memory.current": "70000\n",
            "sys/fs/cgroup/a/memory.stat": "anon 1\nfile 2\ninactive_file 20000\nactive_file 3\n",
        ]) { $1 }
        #expect(try usage(files, \.availableBytes) == 50_000)
        let full = files.merging(["sys/fs/cgroup/a/memory.current": "170000\n"]) { $1 }
        #expect(try usage(full, \.availableBytes) == 0)
    }

    @Test("a limit above what the machine has does not count")
    func generous() throws {
        let files = machine.merging([
            "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "9223372036854771712\n",
            "sys/fs/cgroup/memory.current": "70000\n",
        ]) { $1 }
        #expect(try usage(files, \.availableBytes) == 1_024_000)
    }

    @Test("control groups of version 1 count, also where the process sees only their root")
    func version1() throws {
        let files = machine.merging([
            "proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/docker/1\n0::/unused\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "200000\n",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": "150000\n",
            "sys/fs/cgroup/memory/memory.stat": "inactive_file 1\ntotal_inactive_file 30000\n",
        ]) { $1 }
        #expect(try usage(files, \.availableBytes) == 80_000)
    }
}
