import Layers
import Tensors

/// The keys and values of beginnings that many prompts have in common, computed once for all of them.
///
/// A beginning goes through the model by itself, whoever asks for it first, so that what continues it does not depend on
/// that.
final class SharedPrefixes {
    /// How many are kept that no sequence continues at the moment.
    private static let mostIdle = 8

    private struct Prefix {
        let tokens: [Int32]
        let sequence: KeyValueCache.Sequence
        var users: Int
    }

    private let model: LlamaModel
    private let cache: KeyValueCache
    /// The one that was used last at the end.
    private var prefixes: [Prefix] = []

    init(model: LlamaModel, cache: KeyValueCache) {
        self.model = model
        self.cache = cache
    }

    /// The cached sequence of some tokens, kept until it is released as often as it was retained.
    ///
    /// - Parameter tokens: at least one.
    func retain(_ tokens: ArraySlice<Int32>) -> KeyValueCache.Sequence {
        if let index = prefixes.firstIndex(where: { $0.tokens.elementsEqual(tokens) }) {
            var prefix = prefixes.remove(at: index)
            prefix.users += 1
            prefixes.append(prefix)
            return prefix.sequence
        }
        let sequence = cache.begin(capacity: tokens.count)
        let plan = cache.extending([(sequence, tokens.count)])
        _ = generating {
            model.hiddenStates(tokens: Array(tokens), context: ForwardContext(plan: plan), cache: cache)
        }
        prefixes.append(Prefix(tokens: Array(tokens), sequence: sequence, users: 1))
        return sequence
    }

    /// Says that a sequence that continued the prefix has ended.
    func release(_ sequence: KeyValueCache.Sequence) {
        guard let index = prefixes.firstIndex(where: { $0.sequence === sequence }) else { return }
        prefixes[index].users -= 1
        let idle = prefixes.indices.filter { prefixes[$0].users == 0 }
        if idle.count > Self.mostIdle { cache.end(prefixes.remove(at: idle[0]).sequence) }
    }
}
