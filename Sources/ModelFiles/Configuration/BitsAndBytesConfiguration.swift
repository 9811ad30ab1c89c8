import Files
import Tensors

/// What a `config.json` says about weights that bitsandbytes quantized to 4 bits.
public struct BitsAndBytesConfiguration: Sendable, Equatable {
    /// Which 16 values the codes stand for.
    public var quantType: QuantizationType
    /// Whether the blocks' scales are quantized as well.
    public var usesDoubleQuantization: Bool
    /// The type in which Hugging Face is to compute with the weights.
    public var computeDType: DType

    /// A 4-bit quantization with codes stored in bytes.
    public init(quantType: QuantizationType, usesDoubleQuantization: Bool, computeDType: DType) {
        self.quantType = quantType
        self.usesDoubleQuantization = usesDoubleQuantization
        self.computeDType = computeDType
    }

    /// Reads the object under `quantization_config`.
    ///
    /// - Throws: `InputError` with `.data`, naming the key, where it is not bitsandbytes' 4-bit form in bytes.
    init(_ config: JSONNode) throws {
        guard try config.required("quant_method").string == "bitsandbytes" else {
            throw config.failure("quant_method", "\"bitsandbytes\"")
        }
        guard try config.bool("load_in_4bit") == true else { throw config.failure("load_in_4bit", "true") }
        guard try config.bool("load_in_8bit") != true else { throw config.failure("load_in_8bit", "false") }
        guard try config.string("bnb_4bit_quant_storage") ?? "uint8" == "uint8" else {
            throw config.failure("bnb_4bit_quant_storage", "\"uint8\"")
        }
        guard let quantType = QuantizationType(rawValue: try config.string("bnb_4bit_quant_type") ?? "fp4") else {
            throw config.failure("bnb_4bit_quant_type", "\"nf4\" or \"fp4\"")
        }
        guard let computeDType = DType(rawValue: try config.string("bnb_4bit_compute_dtype") ?? "float32"),
            computeDType.isFloatingPoint
        else { throw config.failure("bnb_4bit_compute_dtype", "\"float32\", \"bfloat16\" or \"float16\"") }
        self.init(
            quantType: quantType, usesDoubleQuantization: try config.bool("bnb_4bit_use_double_quant") ?? false,
            computeDType: computeDType)
    }

    /// The object as Hugging Face writes it.
    var json: JSONValue {
        .object([
            .init("bnb_4bit_compute_dtype", .string(computeDType.rawValue)),
            .init("bnb_4bit_quant_storage", .string("uint8")),
            .init("bnb_4bit_quant_type", .string(quantType.rawValue)),
            .init("bnb_4bit_use_double_quant", .bool(usesDoubleQuantization)),
            .init("load_in_4bit", .bool(true)), .init("load_in_8bit", .bool(false)),
            .init("quant_method", .string("bitsandbytes")),
        ])
    }
}
