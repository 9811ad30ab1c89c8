import Foundation
import Signet
import TestSupport
import Testing

/// Something that keeps a run from writing to its folder for a while.
struct DiskFault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What the warning says.
    let reason: String
    /// Shell lines, with `$out` for the output folder in `$disk`, which is a small file system of its own.
    let begin, end: String
    var needsMount = true

    static let all = [
        DiskFault(
            testDescription: "vanished folder", reason: "No such file or directory", begin: "mv $out $disk/gone",
            end: ":",
            needsMount: false),
        DiskFault(
            testDescription: "full disk", reason: "No space left on device",
            begin: "dd if=/dev/zero of=$disk/filler bs=4k 2>/dev/null || true", end: "rm $disk/filler"),
        DiskFault(
            testDescription: "read-only folder", reason: "Read-only file system",
            begin: "mount --bind $out $out && mount -o remount,bind,ro $out", end: "umount $out"),
        DiskFault(
            testDescription: "unmounted disk", reason: "No such file or directory", begin: "umount -l $disk",
            end: "mount -t tmpfs -o size=2m tmpfs $disk"),
    ]
}

@Suite("Disks that refuse for a while")
struct DiskFaultTests {
    private static let table = ProcessInfo.processInfo.environment["SIGNET_TORTURE_TABLE"]
    private static let mounts = table != nil && getuid() == 0
    private static let settings = [
        "data.eval=null", "training.lr_scheduler_type=constant", "training.save_steps=3", "training.save_total_limit=2",
    ]

    private func shell(_ lines: String, disk: URL, output: URL) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", lines]
        process.environment = ProcessInfo.processInfo.environment.merging(["disk": disk.path, "out": output.path]) {
            $1
        }
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(lines)")
    }

    @Test(
        "the run warns, goes on, and is saved as soon as the disk lets it, with the same bytes as ever",
        arguments: DiskFault.all.filter { mounts || !$0.needsMount })
    func passing(fault: DiskFault) throws {
        let folder = try TrainFolder("plain")
        let disk = folder.path("disk")
        let output = disk.appendingPathComponent("out")
        try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
        if fault.needsMount { try shell("mount -t tmpfs -o size=2m tmpfs $disk", disk: disk, output: output) }
        defer { if fault.needsMount { try? shell("umount -l $disk", disk: disk, output: output) } }
        let settings = Self.settings + ["training.max_steps=100000"]
        let process = try TrainProcess(folder.arguments(settings, output: output))
        try TrainFolder.waitForMetrics(8, in: output)
        try shell(fault.begin, disk: disk, output: output)
        // A folder that vanishes is made again before anyone could see it missing.
        if fault.needsMount && !fault.begin.contains("umount") {
            try process.waitForErrors(containing: fault.reason)
        }
        try shell(fault.end, disk: disk, output: output)
        let ended = ContinuousClock.now
        try waitForNewCheckpoint(in: output)
        let seconds = (ContinuousClock.now - ended) / .seconds(1)
        process.send(SIGTERM)
        let outcome = try process.wait()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.errorLines.allSatisfy { $0.hasPrefix("warning: ") && $0.contains(output.path) }, "\(outcome.errors)"
        )
        let latest = try CheckpointStore(folder: output, limit: nil).latest()
        let step = try #require(latest.checkpoint?.state.step)
        #expect(latest.warnings.isEmpty)
        #expect(outcome.outputLines.last?.hasPrefix("stopped at step \(step); ") == true)
        let straight = folder.path("straight")
        let arguments = folder.arguments(Self.settings + ["training.max_steps=\(step)"], output: straight)
        #expect(try TrainProcess.run(arguments).status == 0)
        #expect(try TrainFolder.adapter(output) == TrainFolder.adapter(straight))
        try note(fault, outcome, seconds)
    }

    /// Waits until a save has succeeded from now on.
    private func waitForNewCheckpoint(in output: URL) throws {
        let store = CheckpointStore(folder: output, limit: nil)
        let before = store.checkpoints().last?.step ?? 0
        for _ in 0..<30_000 {
            if let step = store.checkpoints().last?.step, step > before { return }
            usleep(2000)
        }
        throw CocoaError(.fileReadNoSuchFile)
    }

    @Test("a second run in the same folder is refused by its name, and the first goes on")
    func secondRun() throws {
        let folder = try TrainFolder("plain")
        let arguments = folder.arguments(Self.settings + ["training.max_steps=100000"])
        let first = try TrainProcess(arguments)
        try TrainFolder.waitForMetrics(2, in: folder.output)
        for more in [[], ["--resume"]] {
            let second = try TrainProcess.run(arguments + more)
            #expect(second.status == 75)
            #expect(
                second.errors
                    == "error: \(folder.output.path): expected a folder of its own, found it in use by another process\n"
            )
        }
        first.send(SIGTERM)
        #expect(try first.wait().status == 0)
        #expect(!FileManager.default.fileExists(atPath: folder.output.path + "/.lock"))
    }

    private func note(_ fault: DiskFault, _ outcome: TrainProcess.Outcome, _ seconds: Double) throws {
        guard let table = Self.table else { return }
        try TortureTable(path: table).add(
            fault.testDescription, injected: 1, ended: outcome.status == 0 ? 0 : 1, repeatedSteps: 0, seconds: [seconds]
        )
    }
}
