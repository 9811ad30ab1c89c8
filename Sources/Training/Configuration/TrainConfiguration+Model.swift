import Files
import Tensors

extension TrainConfiguration {
    /// The section `model`.
    public struct Model: Sendable, Equatable {
        /// `path`: a Hugging Face folder or a GGUF file.
        public var path: String
        /// `compute_dtype`: what products are computed in, `.bfloat16` or `.float32`.
        public var computeDtype = DType.bfloat16
        /// `quantization`: how the seven projections of every layer are stored; nil: as in the file.
        public var quantization: Quantization?

        /// - Parameter path: a Hugging Face folder or a GGUF file.
        public init(path: String) {
            self.path = path
        }

        package static var format: ConfigFormat<Self> {
            .section(
                Model(path: ""),
                [
                    ConfigField("path", \.path, .path(), isRequired: true, changesResult: false),
                    ConfigField("compute_dtype", \.computeDtype, .choice(of: [.bfloat16, .float32])),
                    ConfigField("quantization", \.quantization, Quantization.format.orNull),
                ])
        }
    }

    /// The section `model.quantization`: bitsandbytes' 4-bit block formats (Dettmers et al. 2023).
    public struct Quantization: Sendable, Equatable {
        /// `quant_type`: the table of values.
        public var quantType = QuantizationType.nf4
        /// `double_quant`: whether the blocks' scales are quantized to 8 bits themselves.
        public var doubleQuant = true
        /// `block_size`: weights that share a scale; a power of two from 32 to 4096.
        public var blockSize = 64

        /// Every default: NF4, double quantization, blocks of 64.
        public init() {}

        package static var format: ConfigFormat<Self> {
            .section(
                Quantization(),
                [
                    ConfigField("quant_type", \.quantType, .choice(of: QuantizationType.allCases)),
                    ConfigField("double_quant", \.doubleQuant, .flag()),
                    ConfigField("block_size", \.blockSize, .powerOfTwo(in: 32...4096)),
                ])
        }
    }
}
