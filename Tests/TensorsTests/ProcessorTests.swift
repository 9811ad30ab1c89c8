import CKernels
import Foundation
import TestSupport
import Testing

/// Which threads suit what the system says; the system is a folder with its files.
@Suite("Processors")
struct ProcessorTests {
    private func found(_ files: [String: String]) throws -> ck_processors {
        try withSystem(files) { ck_find_processors($0) }
    }

    private func withSystem<Result>(_ files: [String: String], _ body: (String) -> Result) throws -> Result {
        let root = try Fixtures.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: root) }
        for (path, text) in files {
            let file = root.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("\(text)\n".utf8).write(to: file)
        }
        return body(root.path)
    }

    /// The parts that the processors of a list are cut into, two nodes of four cores of two hardware threads each.
    private func parts(_ list: String, _ count: Int) throws -> [String] {
        var files = [
            "sys/devices/system/node/online": "0-1", "sys/devices/system/node/node0/cpulist": "0-3,8-11",
            "sys/devices/system/node/node1/cpulist": "4-7,12-15",
        ]
        for core in 0..<8 {
            for thread in [core, core + 8] {
                files["sys/devices/system/cpu/cpu\(thread)/topology/thread_siblings_list"] = "\(core),\(core + 8)"
            }
        }
        return try withSystem(files) { root in
            (0..<count).map { part(root, list, $0, of: count) }
        }
    }

    private func part(_ root: String, _ list: String, _ index: Int, of count: Int) -> String {
        var text = [CChar](repeating: 0, count: 64)
        let length = ck_part_of_processors(root, list, Int32(count), Int32(index), &text, 64)
        return String(decoding: text.prefix(Int(length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    @Test("Without files, every processor of the mask is a core of one node, without a quota")
    func bare() throws {
        let processors = try found([:])
        #expect(processors.allowed >= 1 && processors.cores == processors.allowed)
        #expect(processors.nodes == 1 && processors.quota == 0 && processors.host_processes == 1)
        #expect(processors.threads == processors.cores)
    }

    @Test("Hardware threads of one core count once")
    func siblings() throws {
        let files = (0..<64).map { ("sys/devices/system/cpu/cpu\($0)/topology/thread_siblings_list", "0-63") }
        let processors = try found(Dictionary(uniqueKeysWithValues: files))
        #expect(processors.cores == 1 && processors.threads == 1)
    }

    @Test(
        "A control group's quota limits the threads, rounded up, the tightest of the groups it lies in",
        arguments: [
            ("100000 100000", "max 100000", 1.0), ("max 100000", "50000 100000", 0.5), ("max", "max", 0),
            ("900000 100000", "30000 20000", 1.5),
        ])
    func quota(outer: String, inner: String, expected: Double) throws {
        let processors = try found([
            "proc/self/cgroup": "0::/a.slice/b.scope", "sys/fs/cgroup/a.slice/cpu.max": outer,
            "sys/fs/cgroup/a.slice/b.scope/cpu.max": inner,
        ])
        #expect(processors.quota == expected)
        let most = expected == 0 ? Int(processors.cores) : Int(expected.rounded(.up))
        #expect(processors.threads == min(Int(processors.cores), most))
    }

    @Test("A quota of version 1 counts too, found where the container mounts its group as the root")
    func versionOne() throws {
        let processors = try found([
            "proc/self/cgroup": "12:memory:/x\n9:cpu,cpuacct:/docker/0af\n3:cpuset:/docker/0af\n0::/docker/0af",
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "100000", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "50000",
        ])
        #expect(processors.quota == 2)
        let unlimited = try found(["proc/self/cgroup": "4:cpu:/", "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1"])
        #expect(unlimited.quota == 0)
    }

    @Test("Nodes are counted that the process has processors in")
    func nodes() throws {
        let node = "sys/devices/system/node"
        let one = try found(["\(node)/online": "0-1", "\(node)/node0/cpulist": "0-4095", "\(node)/node1/cpulist": ""])
        #expect(one.nodes == 1)
        let two = try found([
            "\(node)/online": "0,2", "\(node)/node0/cpulist": "0-4095", "\(node)/node2/cpulist": "0-4095",
        ])
        #expect(two.nodes == 2)
    }

    @Test(
        "Processors are cut into parts of whole cores, those of a node together",
        arguments: [
            ("0-15", ["0-15"]), ("0-15", ["0-3,8-11", "4-7,12-15"]),
            ("0-15", ["0-1,8-9", "2-3,10-11", "4-5,12-13", "6-7,14-15"]),
            ("0-7", ["0-1", "2-4", "5-7"]), ("2-5", ["2-3", "4-5"]), ("3,11,4", ["3,11", "4"]),
        ])
    func parts(list: String, expected: [String]) throws {
        #expect(try parts(list, expected.count) == expected)
    }

    @Test("Cores of a node whose numbers alternate with another's lie in one part")
    func alternating() throws {
        let files = [
            "sys/devices/system/node/online": "0-1", "sys/devices/system/node/node0/cpulist": "0,2,4,6",
            "sys/devices/system/node/node1/cpulist": "1,3,5,7",
        ]
        #expect(try withSystem(files) { part($0, "0-7", 1, of: 2) } == "1,3,5,7")
    }

    @Test("More parts than cores share them evenly")
    func fewCores() throws {
        #expect(try parts("0-1", 4) == ["0", "0", "1", "1"])
        #expect(try parts("", 2) == ["", ""])
    }
}
