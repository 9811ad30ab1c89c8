import ArgumentParser
import CommandSupport
import Foundation
import Signet

/// `signet synthesize`: made-up authors, texts and trajectories, to begin without data.
struct SynthesizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synthesize",
        abstract: "Makes up profiles, texts and anonymization trajectories, or masking rows of marked texts.",
        discussion: """
            With --profiles: profiles.jsonl, texts.jsonl (with what each gives away and the spans to mask), \
            trajectories.jsonl of a scripted teacher, and rows to train on for masking and for rewriting on request, \
            masking.jsonl and instructions.jsonl. No model is needed; the same seed gives the same bytes. With --spans: \
            the rows alone, made of a CoNLL file or of texts with marked spans.
            """)

    @Option(help: ArgumentHelp("How many authors to make up; each writes four texts.", valueName: "n"))
    var profiles: Int?

    @Option(help: ArgumentHelp("A CoNLL file (.conll) or texts with spans (.json, .jsonl).", valueName: "file"))
    var spans: String?

    @Option(help: ArgumentHelp("Draws everything.", valueName: "n"))
    var seed: UInt64 = 0

    @Option(help: ArgumentHelp("The folder to write to.", valueName: "folder"))
    var out: String

    func validate() throws {
        guard (profiles == nil) != (spans == nil) else {
            throw ValidationError("expected either --profiles or --spans")
        }
        if let profiles, !(1...Synthesis.mostProfiles ~= profiles) {
            throw ValidationError(
                "--profiles: expected a number from 1 to \(Synthesis.mostProfiles), found \(profiles)")
        }
    }

    func run() throws {
        let folder = URL(fileURLWithPath: out)
        if let spans {
            let source = try MaskingSource(path: spans)
            try source.write(to: folder)
            for line in source.report.lines { try StandardOutput.writeLine(line) }
            try StandardOutput.writeLine(
                "masking.jsonl, instructions.jsonl: \(source.texts.count) rows each, of the types "
                    + source.types.joined(separator: ", "))
        } else if let profiles {
            let counts = try Synthesis(profiles: profiles, seed: seed).write(to: folder)
            for line in [
                "profiles.jsonl: \(counts.profiles) profiles", "texts.jsonl: \(counts.texts) texts",
                "trajectories.jsonl: \(counts.trajectories) trajectories with \(counts.states) states",
                "masking.jsonl: \(counts.masking) rows", "instructions.jsonl: \(counts.instructions) rows",
            ] {
                try StandardOutput.writeLine(line)
            }
        }
    }
}
