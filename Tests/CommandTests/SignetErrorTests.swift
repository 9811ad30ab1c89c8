import Files
import Foundation
import TestSupport
import Testing

@Suite("errors of the commands")
struct SignetErrorTests {
    @Test(
        "wrong usage ends with status 64",
        arguments: [
            (["score"], "--model"), (["nonsense"], "nonsense"), (["inspect", "m", "--frobnicate"], "frobnicate"),
            (["generate", "--model", "m"], "--prompt"),
            (["generate", "--model", "m", "--prompt", "p", "--top-p", "0"], "--top-p"),
            (["generate", "--model", "m", "--prompt", "p", "--temperature", "-1"], "temperature"),
            (["generate", "--model", "m", "--prompt", "p", "--max-tokens", "0"], "--max-tokens"),
            (["generate", "--model", "m", "--prompt", "p", "--raw", "--system", "s"], "--system"),
            (["score", "--model", "m", "--data", "d", "--compute-dtype", "int8"], "int8"),
            (["score", "--model", "m", "--data", "d", "--quantize", "int4"], "int4"),
            (["score", "--model", "m", "--data", "d", "--block-size", "64"], "--quantize"),
            (["score", "--model", "m", "--data", "d", "--quantize", "nf4", "--block-size", "48"], "48"),
            (["quantize", "m"], "<out>"), (["quantize", "m", "o", "--block-size", "65"], "65"),
        ])
    func usage(arguments: [String], text: String) throws {
        try signetFails(arguments, 64, text)
    }

    @Test(
        "what is not there ends with status 66",
        arguments: [
            ["score", "--model", "/nowhere", "--data", Golden.rows],
            ["score", "--model", Golden.model, "--data", "/nowhere"],
            ["score", "--model", Golden.model, "--data", Golden.rows, "--adapter", "/nowhere"],
            ["generate", "--model", "/nowhere", "--prompt", "p"], ["tokenize", "--model", "/nowhere", Golden.rows],
            ["tokenize", "--model", Golden.model, "/nowhere"], ["quantize", "/nowhere", "/nowhere/too"],
            ["inspect", "/nowhere"],
        ])
    func missing(arguments: [String]) throws {
        try signetFails(arguments, 66, "/nowhere")
    }

    @Test("bad rows end with status 65 and name the file and the line")
    func badRows() throws {
        try withFolder { folder in
            for (line, text) in [
                ("{", "JSON"), ("[]", "an object"), (#"{"text": 1}"#, "a string"), (#"{"messages": []}"#, "messages"),
            ] {
                let data = try folder.file("rows.jsonl", #"{"text": "fine"}"#, line)
                try signetFails(["score", "--model", Golden.model, "--data", data], 65, "rows.jsonl:2")
                try signetFails(["score", "--model", Golden.model, "--data", data], 65, text)
                try signetFails(["tokenize", "--model", Golden.model, data], 65, "rows.jsonl:2")
            }
            try signetFails(["tokenize", "--model", Golden.model, Golden.rows], 65, "--chat")
            try signetFails(
                ["score", "--model", Golden.model, "--data", try folder.file("empty.jsonl")], 65, "without rows")
        }
    }

    @Test("models and adapters that do not fit end with status 65")
    func badModels() throws {
        try withFolder { folder in
            let text = try folder.file("model.gguf", "not a model")
            try signetFails(["generate", "--model", text, "--prompt", "p"], 65, "model.gguf")
            try signetFails(["tokenize", "--model", text, Golden.rows], 65, "model.gguf")
            try signetFails(
                [
                    "score", "--model", Golden.path("plain/model"), "--adapter", Golden.path("rslora/final_adapter"),
                    "--data", Golden.rows,
                ], 65, "expected shape")
        }
    }

    @Test("an instruction set that the processor lacks ends every command with status 78")
    func instructionSet() throws {
        let environment = ["SIGNET_ISA": "avx1024"]
        let commands = [
            ["score", "--model", Golden.model, "--data", Golden.rows],
            ["generate", "--model", Golden.model, "--prompt", "p"], ["tokenize", "--model", Golden.model, Golden.rows],
            ["quantize", Golden.model, "/nowhere"], ["inspect", Golden.model],
        ]
        for command in commands { try signetFails(command, 78, "avx1024", environment: environment) }
        let config = ["--config", Golden.path("plain/config.json"), "--dry-run"]
        try signetFails(config, 78, "avx1024", environment: environment, program: "train")
        let scalar = try ProgramRun.of("signet", commands[4], environment: ["SIGNET_ISA": "scalar"])
        #expect(scalar.status == 0)
    }

    @Test("a reader that goes away ends a command without a word")
    func closedPipe() throws {
        try withFolder { folder in
            let fifo = folder.appendingPathComponent("fifo").path
            #expect(mkfifo(fifo, 0o600) == 0)
            // Opened for reading until the writer has it too, and then by nobody.
            let reader = open(fifo, O_RDONLY | O_NONBLOCK)
            let writer = try #require(FileHandle(forWritingAtPath: fifo))
            close(reader)
            let errors = folder.appendingPathComponent("errors")
            try Data().write(to: errors)
            let process = Process()
            process.executableURL = ProgramRun.executables.appendingPathComponent("signet")
            process.arguments = ["inspect", Golden.model]
            process.standardOutput = writer
            process.standardError = try FileHandle(forWritingTo: errors)
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGPIPE)
            #expect(try Data(contentsOf: errors).isEmpty)
        }
    }

    @Test(
        "a full disk under standard output is an error, not a crash",
        .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func fullDisk() throws {
        let run = try ProgramRun.of("signet", ["inspect", Golden.model], output: URL(fileURLWithPath: "/dev/full"))
        #expect(run.status == 75)
        #expect(run.errors.hasPrefix("error: standard output: ") && run.errors.filter(\.isNewline).count == 1)
    }

    @Test("help is printed for every command and succeeds")
    func help() throws {
        let overview = try signet("--help").output
        for command in ["score", "tokenize", "generate", "quantize", "inspect"] {
            #expect(overview.contains("  \(command) "))
            #expect(try signet(command, "--help").output.contains("USAGE: signet \(command)"))
        }
    }
}
