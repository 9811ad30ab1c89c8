import Files

extension JSONValue {
    /// The paths of keys that have another value in one object than in the other, in alphabetical order.
    package func keysDiffering(from other: JSONValue) -> [String] {
        let (own, found) = (leaves(under: ""), other.leaves(under: ""))
        return Set(own.keys).union(found.keys).filter { own[$0] != found[$0] }.sorted()
    }

    /// Every value that is no object, by its path of keys.
    private func leaves(under path: String) -> [String: String] {
        guard let members, !members.isEmpty else { return [path: compactText] }
        return members.reduce(into: [:]) { leaves, member in
            let inside = path.isEmpty ? member.key : "\(path).\(member.key)"
            leaves.merge(member.value.leaves(under: inside)) { $1 }
        }
    }

    /// The object with only those of the keys that change results.
    package func keeping(_ keys: [ConfigKey]) -> JSONValue {
        guard let members else { return self }
        return .object(
            members.compactMap { member in
                guard let key = keys.first(where: { $0.name == member.key }), key.changesResult else { return nil }
                return Member(member.key, key.keys.isEmpty ? member.value : member.value.keeping(key.keys))
            })
    }
}
