import Files

extension ConfigFormat {
    /// One of a few words, or a list of different ones of them.
    package static func oneOrMore<Choice>(of choices: [Choice]) -> Self
    where Value == [Choice], Choice: RawRepresentable<String> & Equatable {
        let one = ConfigFormat<Choice>.choice(of: choices)
        return Self(
            expected: "\(one.expected), or a list of different ones of them",
            read: { value, place in
                let found = try (value.array ?? [value]).map { try one.read($0, place) }
                let known = found.compactMap { $0 }
                let areDifferent = known.indices.allSatisfy { !known[..<$0].contains(known[$0]) }
                return known.isEmpty || known.count < found.count || !areDifferent ? nil : known
            },
            write: { $0.count == 1 ? one.write($0[0]) : .array($0.map(one.write)) })
    }

    /// A list, empty or not.
    package static func list<Element>(of element: ConfigFormat<Element>) -> Self where Value == [Element] {
        Self(
            expected: "a list of which each is \(element.expected)",
            read: { value, place in
                let read = try value.array?.map { try element.read($0, place) }
                let elements = read?.compactMap { $0 }
                return elements?.count == read?.count ? elements : nil
            },
            write: { .array($0.map(element.write)) })
    }
}
