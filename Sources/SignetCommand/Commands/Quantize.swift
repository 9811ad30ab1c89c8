import ArgumentParser
import CommandSupport
import Foundation
import Signet

/// `signet quantize`: a 4-bit copy of a model.
struct QuantizeCommand: ComputingCommand {
    static let configuration = CommandConfiguration(
        commandName: "quantize",
        abstract: "Writes a 4-bit copy of a model in bitsandbytes' serialized form.",
        discussion: """
            The copy is a Hugging Face folder, usable wherever a model is. The seven projections of every layer are \
            quantized; embedding, norms and head keep the precision of the file. Where the file holds them in more than \
            one type or in blocks, as GGUF files do, they become float32, which loses nothing.
            """)

    @OptionGroup var machine: MachineOptions

    @Argument(help: "The model: a Hugging Face folder or a GGUF file.")
    var model: String

    @Argument(help: "The folder to write, which must not exist yet or must be empty.")
    var out: String

    @Option(help: ArgumentHelp("The code book.", valueName: "type"))
    var quantType = QuantizationType.nf4

    @Option(help: ArgumentHelp(blockSizeHelp, valueName: "n"))
    var blockSize = 64

    @Flag(help: "Keep the blocks' scales in float32 instead of quantizing them too.")
    var noDoubleQuant = false

    func validate() throws { try requireBlockSize(blockSize) }

    func run() throws {
        Machine.announce()
        let location = try ModelLocation.open(URL(fileURLWithPath: model))
        let settings = QuantizationSettings(
            type: quantType, blockSize: blockSize, doubleQuantized: !noDoubleQuant)
        try FourBitCopy.write(location, settings: settings, to: URL(fileURLWithPath: out))
        try StandardOutput.writeLine("4-bit copy: \(out)")
    }
}
