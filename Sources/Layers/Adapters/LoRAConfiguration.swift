import Foundation

/// Which projections get an adapter.
public enum LoRATargets: Sendable, Equatable {
    /// Names or suffixes of module names, such as `q_proj`.
    case modules([String])
    /// A regular expression that has to match a module's whole name.
    case pattern(String)
    /// Every projection of every layer.
    case allLinear
}

/// How A and B are set at the start.
public enum LoRAInitializer: Sendable, Equatable {
    /// A uniform in ±1/√in, B zero: the adapter starts as the identity (PEFT's default).
    case kaimingUniform
    /// A normal with standard deviation 1/r, B zero.
    case gaussian
    /// A uniform in ±1/√in, B uniform in ±1/√r: the adapter changes the model from the start.
    case random
}

/// A value for the modules whose name ends in a pattern.
public struct NamePattern<Value: Sendable & Equatable>: Sendable, Equatable {
    /// A regular expression for the end of a module's name, from its start or behind a dot, such as `q_proj`.
    public var pattern: String
    public var value: Value

    public init(_ pattern: String, _ value: Value) {
        self.pattern = pattern
        self.value = value
    }
}

/// The settings of a LoRA adapter (Hu et al., arXiv 2106.09685), with the meaning PEFT gives them.
public struct LoRAConfiguration: Sendable, Equatable {
    /// The rank.
    public var rank: Int
    /// The update is scaled by alpha / r, or alpha / √r with `useRSLoRA`.
    public var alpha: Double
    /// The probability that a feature of an adapter's input is dropped.
    public var dropout: Double
    /// Rank-stabilised scaling (Kalajdzievski, arXiv 2312.03732).
    public var useRSLoRA: Bool
    /// Other ranks for some modules; the first pattern that matches rules.
    public var rankPattern: [NamePattern<Int>]
    /// Other alphas, likewise.
    public var alphaPattern: [NamePattern<Double>]
    public var targets: LoRATargets
    public var initializer: LoRAInitializer

    public init(
        rank: Int = 16, alpha: Double = 32, dropout: Double = 0, useRSLoRA: Bool = false,
        rankPattern: [NamePattern<Int>] = [], alphaPattern: [NamePattern<Double>] = [],
        targets: LoRATargets = .modules(["q_proj", "k_proj", "v_proj", "o_proj"]),
        initializer: LoRAInitializer = .kaimingUniform
    ) {
        self.rank = rank
        self.alpha = alpha
        self.dropout = dropout
        self.useRSLoRA = useRSLoRA
        self.rankPattern = rankPattern
        self.alphaPattern = alphaPattern
        self.targets = targets
        self.initializer = initializer
    }

    /// The rank of a module's adapter.
    public func rank(of module: String) -> Int {
        Self.value(for: module, in: rankPattern) ?? rank
    }

    /// The factor of a module's update.
    public func scale(of module: String) -> Float {
        let alpha = Self.value(for: module, in: alphaPattern) ?? self.alpha
        let rank = Double(rank(of: module))
        return Float(useRSLoRA ? alpha / rank.squareRoot() : alpha / rank)
    }

    /// Whether a module gets an adapter.
    public func targets(_ module: String) -> Bool {
        switch targets {
        case .allLinear: true
        case .modules(let names): names.contains { module == $0 || module.hasSuffix("." + $0) }
        case .pattern(let pattern): Self.matches(module, "^(?:\(pattern))$")
        }
    }

    /// The first rank or alpha pattern that is no regular expression, with the key it stands under; nil where all are.
    package var malformedPattern: (key: String, pattern: String)? {
        let patterns =
            rankPattern.map { ("rank_pattern", $0.pattern) } + alphaPattern.map { ("alpha_pattern", $0.pattern) }
        return patterns.first { (try? NSRegularExpression(pattern: $0.1)) == nil }
    }

    private static func value<Value>(for module: String, in patterns: [NamePattern<Value>]) -> Value? {
        patterns.first { matches(module, "^(?:.*\\.)?(?:\($0.pattern))$") }?.value
    }

    private static func matches(_ module: String, _ pattern: String) -> Bool {
        module.range(of: pattern, options: .regularExpression) != nil
    }
}
