import ArgumentParser
import Signet

extension QuantizationType: ExpressibleByArgument {}

/// How projections are held in 4 bits.
struct QuantizationOptions: ParsableArguments {
    @Option(
        name: .customLong("quantize"),
        help: ArgumentHelp(
            "Quantize the projections to 4 bits while loading.", valueName: "type"))
    var type: QuantizationType?

    @Option(help: ArgumentHelp(blockSizeHelp, valueName: "n"))
    var blockSize: Int?

    @Flag(help: "Keep the blocks' scales in float32 instead of quantizing them too.")
    var noDoubleQuant = false

    func validate() throws {
        try requireBlockSize(blockSize)
        if type == nil, blockSize != nil || noDoubleQuant {
            throw ValidationError("--block-size and --no-double-quant need --quantize nf4 or fp4")
        }
    }

    /// Nil where the weights stay as they are stored.
    var settings: QuantizationSettings? {
        type.map { QuantizationSettings(type: $0, blockSize: blockSize ?? 64, doubleQuantized: !noDoubleQuant) }
    }
}

let blockSizeHelp: String =
    "Weights that share a scale: \(QuantizedMatrix.blockSizes.map(String.init).joined(separator: ", "))."

/// - Throws: `ValidationError` for a size that blocks cannot have.
func requireBlockSize(_ blockSize: Int?) throws {
    guard let blockSize, !QuantizedMatrix.blockSizes.contains(blockSize) else { return }
    let known = QuantizedMatrix.blockSizes.map(String.init).joined(separator: ", ")
    throw ValidationError("--block-size: expected one of \(known), found \(blockSize)")
}
