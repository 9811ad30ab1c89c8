import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Threads, processors and what says so")
struct MachineTests {
    /// The lines of `threadprobe`: what was done, the process's threads, and each thread's processors.
    private func probe(_ threads: Int, _ environment: [String: String] = [:]) throws -> [[String]] {
        let environment = environment.merging(["SIGNET_NUM_THREADS": "\(threads)"]) { $1 }
        let run = try ProgramRun.of("threadprobe", [], environment: environment)
        #expect(run.status == 0 && run.errors == "")
        return run.lines.map { $0.split(separator: " ").map(String.init) }
    }

    @Test("Neither OpenBLAS nor oneDNN nor OpenMP has a thread beside the pool's", arguments: [1, 3])
    func onePool(threads: Int) throws {
        let lines = try probe(threads)
        #expect(lines.map { $0[0] } == ["start", "products", "lapack", "onednn"])
        #expect(lines.allSatisfy { $0[1] == "\(threads)" })
    }

    @Test("Threads are pinned where SIGNET_PIN_THREADS asks for it, within the processors of the process")
    func pinning() throws {
        let free = try probe(2).last!.dropFirst(2)
        #expect(Set(free).count == 1)
        let pinned = try probe(2, ["SIGNET_PIN_THREADS": "1"]).last!.dropFirst(2)
        guard free.first!.contains(where: { $0 == "-" || $0 == "," }) else {
            #expect(Array(pinned) == Array(free), "one processor leaves no core for a worker of its own")
            return
        }
        #expect(pinned.filter { $0 == free.first }.count == 1, "the calling thread stays free")
        #expect(Set(pinned).count == 2)
    }

    @Test("--threads rules over SIGNET_NUM_THREADS, and the plan says what computes")
    func threadsOfTrain() throws {
        let folder = try TrainFolder()
        let outcome = try TrainProcess.run(
            folder.arguments([], ["--dry-run", "--threads", "3"]), environment: ["SIGNET_NUM_THREADS": "2"])
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let line = try #require(outcome.outputLines.first)
        #expect(line.hasPrefix("kernels   \(Machine.instructionSet), bf16 products "))
        #expect(
            line.hasSuffix(" \(Machine.processors); computes in float32") && line.contains(", 3 threads on processor"))
    }

    @Test("--threads is in the line that resumes a stopped run")
    func resumeLine() throws {
        let folder = try TrainFolder()
        let arguments = folder.arguments(["training.max_steps=100000"], ["--threads", "2"])
        let process = try TrainProcess(arguments)
        try TrainFolder.waitForMetrics(1, in: folder.output)
        process.send(SIGTERM)
        let outcome = try process.wait()
        #expect(outcome.status == 0 && outcome.output.contains(" --threads 2 --resume"))
    }

    @Test("signet generate and score say once, on standard error, what computes")
    func announcement() throws {
        let commands = [
            ["generate", "--model", Golden.model, "--prompt", "a", "--raw", "--max-tokens", "1"],
            ["score", "--model", Golden.model, "--data", Golden.rows],
        ]
        for command in commands {
            let run = try ProgramRun.of("signet", command + ["--threads", "1"])
            #expect(run.status == 0 && run.errors == "")
            #expect(run.machineLines.count == 1)
            let line = try #require(run.machineLines.first)
            #expect(
                line.hasPrefix("machine: \(Machine.instructionSet), bf16 products ") && line.contains(", 1 thread on"))
        }
    }

    @Test("Benchmarks say what computes and take --threads")
    func benchmarks() throws {
        let run = try ProgramRun.of("benchmarks", ["--help"])
        #expect(run.status == 0 && run.output.contains("--threads"))
    }

    @Test("A number of threads that cannot be is refused", arguments: ["0", "1025", "-1", "many"])
    func refused(count: String) throws {
        let commands: [(String, [String])] = [
            ("train", ["--config", "c.json"]), ("signet", ["score", "--model", Golden.model, "--data", Golden.rows]),
            ("signet", ["generate", "--model", Golden.model, "--prompt", "a"]), ("benchmarks", []),
        ]
        for (program, arguments) in commands {
            try signetFails(arguments + ["--threads=\(count)"], 64, "--threads", program: program)
        }
    }

    @Test("Processes that mpirun starts without binding them share the cores")
    func ranks() throws {
        let folder = try TrainFolder()
        let cores = Machine.threadCount
        guard cores > 1 else { return }
        let outcome = try TrainProcess.run(
            folder.arguments([], ["--dry-run"]), environment: ["OMPI_COMM_WORLD_LOCAL_SIZE": "\(cores)"])
        #expect(outcome.outputLines.first?.contains(", 1 thread on") == true)
    }
}
