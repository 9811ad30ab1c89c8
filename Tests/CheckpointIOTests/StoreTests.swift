import CheckpointIO
import Diagnostics
import Foundation
import Testing

@Suite struct StoreTests {
    private func steps(_ store: CheckpointStore) -> [Int] { store.checkpoints().map(\.step) }

    @Test("the newest `limit` checkpoints stay, by step and not by spelling")
    func pruning() throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: 3)
            for step in [5, 9, 10, 100, 101] { try store.save(Samples.empty(step: step)) }
            #expect(steps(store) == [10, 100, 101])
            try CheckpointStore(folder: folder, limit: 1).save(Samples.empty(step: 102))
            #expect(steps(store) == [102])
        }
    }

    @Test("without a limit all checkpoints stay")
    func noLimit() throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: nil)
            for step in 1...6 { try store.save(Samples.empty(step: step)) }
            #expect(steps(store) == Array(1...6))
        }
    }

    @Test("a save never removes checkpoints of later steps, nor itself")
    func laterSteps() throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: 2)
            for step in [100, 200] { try store.save(Samples.empty(step: step)) }
            for step in [10, 20, 30] { try store.save(Samples.empty(step: step)) }
            #expect(steps(store) == [20, 30, 100, 200])
        }
    }

    @Test("pruning touches only files with a checkpoint's exact name")
    func foreignFiles() throws {
        try withFolder { folder in
            let foreign = [
                "checkpoint-01.h5", "checkpoint-1.h5.bak", "checkpoint-.h5", "checkpoint-+1.h5", "checkpoint--1.h5",
                "checkpoint-99999999999999999999.h5", "checkpoint-best.h5", "Checkpoint-1.h5", "metrics.jsonl",
                ".checkpoint-1.h5.partial", ".checkpoint-1.h5.0123456789abcdeg.partial", ".notes.partial",
            ]
            for name in foreign { try Data("mine".utf8).write(to: folder.appendingPathComponent(name)) }
            let subfolder = folder.appendingPathComponent("checkpoint-2.h5")
            try FileManager.default.createDirectory(at: subfolder, withIntermediateDirectories: false)
            let store = CheckpointStore(folder: folder, limit: 1)
            for step in [7, 8] { try store.save(Samples.empty(step: step)) }
            #expect(try entries(of: folder) == (foreign + ["checkpoint-2.h5", "checkpoint-8.h5"]).sorted())
            #expect(steps(store) == [8])
        }
    }

    @Test("a checkpoint of the same step is replaced")
    func replacing() throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: 2)
            try store.save(Samples.empty(step: 4))
            let url = try store.save(Samples.full(step: 4))
            #expect(steps(store) == [4])
            #expect(try store.load(url) == Samples.full(step: 4))
        }
    }

    @Test("the newest whole checkpoint is loaded, and newer damaged ones are named in warnings")
    func latest() throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: nil)
            for step in [1, 2, 10, 11] { try store.save(Samples.full(step: step)) }
            let truncated = folder.appendingPathComponent("checkpoint-11.h5")
            #expect(truncate(truncated.path, 3000) == 0)
            try Data("no checkpoint".utf8).write(to: folder.appendingPathComponent("checkpoint-12.h5"))
            let latest = try store.latest()
            #expect(latest.checkpoint?.url.lastPathComponent == "checkpoint-10.h5")
            #expect(latest.checkpoint?.state == Samples.full(step: 10))
            #expect(latest.warnings.count == 2)
            #expect(latest.warnings.first?.contains("checkpoint-12.h5: expected a Signet checkpoint") == true)
            #expect(latest.warnings.last?.contains("checkpoint-11.h5: truncated: expected") == true)
        }
    }

    @Test("a folder without a whole checkpoint, or that does not exist, has no latest one")
    func noLatest() throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: nil)
            #expect(try store.latest().checkpoint == nil)
            try Data().write(to: folder.appendingPathComponent("checkpoint-1.h5"))
            let latest = try store.latest()
            #expect(latest.checkpoint == nil)
            #expect(latest.warnings.count == 1)
            let missing = CheckpointStore(folder: folder.appendingPathComponent("none"), limit: nil)
            #expect(try missing.latest().checkpoint == nil)
            #expect(missing.checkpoints().isEmpty)
        }
    }

    @Test("what a killed run left is never taken for a checkpoint, and the next save removes it")
    func leftovers() throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: 2)
            let url = try store.save(Samples.full(step: 1))
            let leftover = folder.appendingPathComponent(".checkpoint-2.h5.0123456789abcdef.partial")
            try Data(contentsOf: url).prefix(2000).write(to: leftover)
            let latest = try store.latest()
            #expect(latest.checkpoint?.state.step == 1)
            #expect(latest.warnings.isEmpty)
            try store.save(Samples.full(step: 2))
            #expect(try entries(of: folder) == ["checkpoint-1.h5", "checkpoint-2.h5"])
        }
    }

    @Test("a checkpoint is written before any is removed, and removing is left out where it is not asked for")
    func writing() throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: 1)
            for step in 1...3 { _ = try store.write(Samples.empty(step: step)) }
            #expect(steps(store) == [1, 2, 3])
            store.prune(savedStep: 3)
            #expect(steps(store) == [3])
        }
    }

    @Test("threads that save and load at once do not disturb each other")
    func threads() async throws {
        let folder = try withFolder { $0 }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = CheckpointStore(folder: folder, limit: nil)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for step in 1...8 {
                group.addTask {
                    let url = try store.save(Samples.full(step: step))
                    #expect(try store.load(url) == Samples.full(step: step))
                }
            }
            try await group.waitForAll()
        }
        #expect(steps(store) == Array(1...8))
    }

    @Test(
        "a process killed while it saves leaves whole checkpoints only", arguments: [20, 45, 70])
    func killed(milliseconds: Int) async throws {
        let folder = try withFolder { $0 }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String, milliseconds] in
            let store = CheckpointStore(folder: URL(fileURLWithPath: path), limit: 3)
            try store.save(Samples.large(step: 0, byteCount: 400_000))
            let victim = Thread {
                usleep(UInt32(milliseconds) * 1000)
                kill(getpid(), SIGKILL)
            }
            victim.start()
            for step in 1... { try store.save(Samples.large(step: step, byteCount: 400_000)) }
        }
        let store = CheckpointStore(folder: folder, limit: 3)
        let latest = try store.latest()
        let checkpoint = try #require(latest.checkpoint)
        #expect(latest.warnings.isEmpty)
        #expect(checkpoint.state == Samples.large(step: checkpoint.state.step, byteCount: 400_000))
        #expect(checkpoint.url.lastPathComponent == "checkpoint-\(checkpoint.state.step).h5")
    }
}
