import Foundation
import TestSupport

/// Runs of `train` whose system calls on the output folder are counted, and one of them befallen by a fault, by
/// `Tests/FaultInjection/faults.c`, preloaded.
struct FaultInjection {
    /// What befalls a call, as `faults.c` names it.
    let fault: String
    /// The call, from 1, of those that the fault can befall; 0 for none.
    var call = 0
    /// How many calls from there on.
    var count = 1

    /// The compiled library.
    private static let library = Result { () throws -> URL in
        let source = Fixtures.root.appendingPathComponent("Tests/FaultInjection/faults.c")
        let library = ProgramRun.executables.appendingPathComponent("faults-\(getpid()).so")
        let compiler = try ["clang", "cc", "gcc"].lazy.compactMap { try path(of: $0) }.first
        let process = Process()
        process.executableURL = compiler ?? URL(fileURLWithPath: "/usr/bin/cc")
        process.arguments = ["-O1", "-fPIC", "-shared", "-o", library.path, source.path]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableNotLoadable) }
        // What is mapped needs no name any more, but every run maps it anew.
        atexit { unlink(ProgramRun.executables.appendingPathComponent("faults-\(getpid()).so").path) }
        return library
    }

    private static func path(of program: String) throws -> URL? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .map { URL(fileURLWithPath: "\($0)/\(program)") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    /// Starts `train`.
    func start(_ arguments: [String], output: URL, log: URL? = nil) throws -> TrainProcess {
        var environment = [
            "LD_PRELOAD": try Self.library.get().path, "FAULTS_FOLDER": output.path, "FAULTS_KIND": fault,
            "FAULTS_AT": "\(call)", "FAULTS_REPEAT": "\(count)",
        ]
        environment["FAULTS_LOG"] = log?.path
        return try TrainProcess(arguments, environment: environment)
    }
}
