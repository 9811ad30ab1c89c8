import ArgumentParser
import CommandSupport
import Files
import Foundation
import Signet

/// `signet inspect`: what is in a file.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Prints what is in a model, an adapter or a checkpoint.",
        discussion: """
            The argument is a Hugging Face folder, a GGUF file, a safetensors file, a PEFT adapter folder or a training \
            checkpoint (.h5), whose checksums are all checked. A damaged file ends in an error.
            """)

    @Argument(help: "The file or folder.")
    var file: String

    @Flag(help: "List every tensor.")
    var tensors = false

    @Flag(help: "Print a JSON object, which has every tensor.")
    var json = false

    func run() throws {
        let inspection = try Inspection(of: URL(fileURLWithPath: file))
        try StandardOutput.write(json ? inspection.json.prettyText : inspection.text(listingTensors: tensors))
    }
}
