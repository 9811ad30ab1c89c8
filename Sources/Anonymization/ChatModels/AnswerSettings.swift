import Tensors

/// How the answers of a student about one text are drawn.
public struct AnswerSettings: Sendable, Equatable {
    /// 0 takes the likeliest token each time.
    public var temperature: Double
    /// The least set of tokens with this probability is drawn from, where the temperature is above 0.
    public var topP: Double
    /// The most tokens of an answer, those of a thought before it included.
    public var maxTokens: Int
    /// How often an answer that cannot be read is asked for again, with a seed of its own and at least
    /// `retryTemperature`.
    public var retries: Int
    /// What every draw depends on, beside the text itself.
    public var seed: UInt64

    /// Without it a model at temperature 0 would give the same answer again.
    public static let retryTemperature = 0.7

    public init(
        temperature: Double = 0, topP: Double = 1, maxTokens: Int = 1024, retries: Int = 2, seed: UInt64 = 0
    ) {
        self.temperature = temperature
        self.topP = topP
        self.maxTokens = maxTokens
        self.retries = retries
        self.seed = seed
    }

    /// The settings by name, as a file of results keeps them.
    var named: [(name: String, value: String)] {
        [
            ("temperature", "\(temperature)"), ("top_p", "\(topP)"), ("max_tokens", "\(maxTokens)"),
            ("retries", "\(retries)"), ("seed", "\(seed)"),
        ]
    }

    /// The model in a role.
    ///
    /// - Parameter key: what the draws of this text, round and role depend on.
    func player(_ model: any ChatModel, key: RandomKey) -> RolePlayer {
        RolePlayer(
            model,
            request: ChatRequest(
                [], temperature: temperature, topP: topP, maxTokens: maxTokens, seed: key.folding(0).stream),
            parseRetries: retries,
            retry: .drawingAgain(temperature: Self.retryTemperature) { key.folding($0).stream })
    }
}

extension RandomKey {
    /// The key of a text's draws, whatever stands beside it.
    init(of text: String, seed: UInt64) {
        var key = RandomKey(seed: 0).folding(Int(truncatingIfNeeded: seed)).folding(text.utf8.count)
        for byte in text.utf8 { key = key.folding(Int(byte)) }
        self = key
    }
}
