import Models

extension QuantizationSettings {
    /// The 4-bit form a config file asks for.
    public init(_ section: TrainConfiguration.Quantization) {
        self.init(type: section.quantType, blockSize: section.blockSize, doubleQuantized: section.doubleQuant)
    }
}
