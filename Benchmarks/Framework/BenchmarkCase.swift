/// What a case is told.
struct BenchmarkContext {
    /// How often each thing is timed, after a warm-up.
    var repeats: Int
    /// The rows end-to-end cases train on: a JSONL file in the form `train` takes.
    var rows: RowSource
}

/// One thing that is measured.
struct BenchmarkCase {
    /// Family, then what tells it from others of the family, divided by slashes; `--filter` looks in it.
    let name: String
    /// Whether it gets a process of its own, so that its peak memory is its own.
    var needsOwnProcess = false
    let run: (BenchmarkContext) throws -> [Measurement]
}

extension BenchmarkCase {
    /// Every case, in the order they run.
    static var all: [BenchmarkCase] {
        LimitCases.all + ProductCases.all + FewRowsCases.all + AdapterCases.all + AttentionCases.all
            + MemoryBoundCases.all + QuantizationCases.all + HeadCases.all + LayerCases.all + SFTCases.all
            + GenerationCases.all + RefinementCases.all + EightBillionCases.all + SeventyBillionCases.all
            + LoadCases.all + CheckpointCases.all + CommunicationCases.all
    }
}
