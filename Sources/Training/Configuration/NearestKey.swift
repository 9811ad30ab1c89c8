/// The key a misspelt one most likely stands for.
///
/// The same name in another section comes first (as its key path), then the key with the fewest edits. A key that
/// contains the misspelt name or is contained in it counts as at most two edits away, so that `batch_size` finds
/// `per_device_train_batch_size`.
///
/// - Parameters:
///   - name: the unknown key.
///   - known: the keys of the section it stands in; at least one.
///   - anywhere: every key there is.
/// - Returns: a key of `known`, or the key path of one elsewhere.
func nearestKey(to name: String, among known: [ConfigKey], anywhere: [ConfigKey]) -> String {
    if let path = path(of: name, in: anywhere) { return path.joined(separator: ".") }
    func cost(_ key: String) -> Int {
        let edits = editDistance(Array(name.utf8), Array(key.utf8))
        let contained = min(name.utf8.count, key.utf8.count) >= 3 && (name.contains(key) || key.contains(name))
        return contained ? min(2, edits) : edits
    }
    return known.map { (name: $0.name, cost: cost($0.name)) }.min { $0.cost < $1.cost }?.name ?? ""
}

private func path(of name: String, in keys: [ConfigKey]) -> [String]? {
    for key in keys {
        if key.name == name { return [name] }
        if let inner = path(of: name, in: key.keys) { return [key.name] + inner }
    }
    return nil
}

/// The least number of insertions, deletions, substitutions and swaps of neighbours from `source` to `target`
/// (the optimal string alignment distance).
func editDistance(_ source: [UInt8], _ target: [UInt8]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...target.count)
    for i in source.indices {
        var current = [i + 1]
        for j in target.indices {
            let substitution = previous[j] + (source[i] == target[j] ? 0 : 1)
            var best = min(substitution, previous[j + 1] + 1, current[j] + 1)
            if i > 0, j > 0, source[i] == target[j - 1], source[i - 1] == target[j] {
                best = min(best, beforePrevious[j - 1] + 1)
            }
            current.append(best)
        }
        (beforePrevious, previous) = (previous, current)
    }
    return previous[target.count]
}
