/// The order in which an object of a JSON file has its keys, which a dictionary does not keep.
package enum JSONKeyOrder {
    /// The keys of an object that is a member of the document's object, in the order of the file.
    ///
    /// - Parameters:
    ///   - member: the name of that object.
    ///   - document: the whole JSON text.
    ///   - file: what errors name.
    /// - Returns: none where the member is absent or no object.
    /// - Throws: `InputError` with `.data` where the text is not an object in strict JSON, each key once.
    package static func keys(
        of member: String, in document: UnsafeRawBufferPointer, file: String
    ) throws -> [String] {
        var scanner = JSONScanner(document, file: file)
        var keys: [String] = []
        try scanner.object { scanner, name in
            guard name == member, try scanner.next() == UInt8(ascii: "{") else {
                _ = try JSONValue(&scanner, depth: 1)
                return
            }
            try scanner.object { scanner, key in
                keys.append(key)
                _ = try JSONValue(&scanner, depth: 2)
            }
        }
        guard scanner.isAtEnd() else { throw scanner.failure("expected the end, found more text") }
        return keys
    }
}
