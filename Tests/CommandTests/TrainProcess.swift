import Foundation
import TestSupport

/// The executable `train`, or another one, run as a user runs it.
final class TrainProcess {
    /// How a process has ended, and what it has written.
    struct Outcome {
        /// The exit status; nil where a signal ended the process.
        let status: Int32?
        let output: String
        let errors: String

        var outputLines: [String] { output.split(separator: "\n").map(String.init) }
        var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
    }

    /// What lets Open MPI's `mpirun` start more processes than there are cores, as any user.
    private static let launching = [
        "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    ]

    fileprivate let identifier: pid_t
    private let folder: URL
    private var outcome: Outcome?

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - environment: variables beside those of this process.
    ///   - program: the name of the executable.
    ///   - ranks: how many of it `mpirun` starts; nil for one process without it.
    ///   - rankFolders: for each rank the folder it is started in, where that differs.
    init(
        _ arguments: [String], environment: [String: String] = [:], program: String = "train", ranks: Int? = nil,
        rankFolders: [URL] = []
    ) throws {
        let path = ProgramRun.executables.appendingPathComponent(program).path
        var command = ranks.map { ["/usr/bin/env", "mpirun", "-n", "\($0)", path] } ?? [path]
        if !rankFolders.isEmpty {
            let parts = rankFolders.map { ["-n", "1", "--wdir", $0.path, path] }
            command = ["/usr/bin/env", "mpirun"] + parts.dropLast().flatMap { $0 + arguments + [":"] } + parts.last!
        }
        let executable = URL(fileURLWithPath: command[0])
        folder = try Fixtures.temporaryFolder()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for (descriptor, name) in [(STDOUT_FILENO, "output"), (STDERR_FILENO, "errors")] {
            let path = folder.appendingPathComponent(name).path
            posix_spawn_file_actions_addopen(&actions, descriptor, path, O_WRONLY | O_CREAT, 0o600)
        }
        // As a shell starts it: the threads that run tests block most signals.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let variables = ProcessInfo.processInfo.environment.merging(Self.launching) { $1 }.merging(environment) { $1 }
        var arguments = (command + arguments).map { strdup($0) } + [nil]
        var environment = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in arguments + environment { free(text) } }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, executable.path, &actions, &attributes, &arguments, &environment)
        guard code == 0 else {
            throw CocoaError(.executableNotLoadable, userInfo: [NSFilePathErrorKey: executable.path])
        }
        self.identifier = identifier
    }

    deinit {
        if outcome == nil {
            send(SIGKILL)
            _ = try? wait()
        }
        try? FileManager.default.removeItem(at: folder)
    }

    func send(_ signal: Int32) { kill(identifier, signal) }

    /// Sends a signal to one of the processes that `mpirun` has started, in their order.
    func send(_ signal: Int32, toChild index: Int) {
        let list = FileManager.default.contents(atPath: "/proc/\(identifier)/task/\(identifier)/children") ?? Data()
        let children = String(decoding: list, as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
        kill(children.sorted()[index], signal)
    }

    /// Waits until standard error has a text in it, some minutes at most.
    func waitForErrors(containing text: String) throws {
        for _ in 0..<100_000 {
            let errors = try String(contentsOf: folder.appendingPathComponent("errors"), encoding: .utf8)
            if errors.contains(text) { return }
            usleep(2000)
        }
        throw CocoaError(.fileReadNoSuchFile)
    }

    /// Waits for the end, and brings it about where it does not come within minutes.
    func wait() throws -> Outcome {
        if let outcome { return outcome }
        var status: Int32 = 0
        var milliseconds = 0
        while waitpid(identifier, &status, WNOHANG) == 0 {
            if milliseconds == 300_000 { send(SIGKILL) }
            usleep(1000)
            milliseconds += 1
        }
        func text(_ name: String) throws -> String {
            String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
        }
        let isExit = status & 0x7F == 0
        let result = Outcome(
            status: isExit ? status >> 8 & 0xFF : nil, output: try text("output"), errors: try text("errors"))
        outcome = result
        return result
    }

    /// Runs `train` to its end.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], ranks: Int? = nil
    ) throws -> Outcome {
        try TrainProcess(arguments, environment: environment, ranks: ranks).wait()
    }
}

extension TrainProcess {
    /// The processes that `mpirun` has started, by their ranks.
    func ranks() throws -> [Int: pid_t] {
        var ranks: [Int: pid_t] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
            guard let process = pid_t(name), let status = Self.text("/proc/\(name)/stat"),
                // number (program) state parent …
                let parent = status.split(separator: ")").last?.split(separator: " ").dropFirst().first,
                pid_t(parent) == identifier, let environment = Self.text("/proc/\(name)/environ"),
                let rank = environment.split(separator: "\0").first(where: { $0.hasPrefix("OMPI_COMM_WORLD_RANK=") })
            else { continue }
            ranks[Int(rank.split(separator: "=")[1])!] = process
        }
        return ranks
    }

    /// Whether a process has not ended yet, whoever is to take note of its end.
    static func isRunning(_ process: pid_t) -> Bool {
        let state = text("/proc/\(process)/stat")?.split(separator: ")").last?.split(separator: " ").first
        return state != nil && state != "Z" && state != "X"
    }

    private static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// A golden case of the training tests and a folder to run it in, removed with it.
final class TrainFolder {
    let url: URL
    private let name: String

    init(_ name: String = "nf4") throws {
        self.name = name
        url = try Fixtures.temporaryFolder()
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// The folder that runs write to.
    var output: URL { url.appendingPathComponent("out") }
    var config: URL { Fixtures.golden("\(name)/config.json", target: "TrainingTests") }

    func path(_ part: String) -> URL { url.appendingPathComponent(part) }

    /// The arguments that run the case into `output`, or another folder.
    func arguments(_ settings: [String] = [], output: URL? = nil, _ more: [String] = []) -> [String] {
        let all = ["output_dir=\((output ?? self.output).path)"] + settings
        return ["--config", config.path] + all.flatMap { ["--set", $0] } + more
    }

    /// The lines of `metrics.jsonl` that are whole.
    static func metrics(_ output: URL) throws -> [[String: Any]] {
        guard let data = FileManager.default.contents(atPath: output.appendingPathComponent("metrics.jsonl").path)
        else { return [] }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        return try lines.dropLast().map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as! [String: Any] }
    }

    /// Everything in the metrics that two equal runs share.
    static func reproducible(_ output: URL) throws -> [[String: Double]] {
        try metrics(output).map { record in
            record.filter { $0.key != "tokens_per_second" && $0.key != "peak_memory_bytes" }.mapValues { $0 as! Double }
        }
    }

    static func adapter(_ output: URL) throws -> Data {
        try Data(contentsOf: output.appendingPathComponent("adapter/adapter_model.safetensors"))
    }

    /// Waits until a run has logged this many lines.
    static func waitForMetrics(_ count: Int, in output: URL) throws {
        for _ in 0..<30_000 {
            if try metrics(output).count >= count { return }
            usleep(2000)
        }
        throw CocoaError(.fileReadNoSuchFile)
    }
}
