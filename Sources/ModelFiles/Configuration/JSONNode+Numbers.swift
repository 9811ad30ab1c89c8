import Diagnostics
import Files

extension JSONNode {
    /// A count within 1…2³¹ − 1; the bound keeps every product of two of them within 64 bits.
    var count: Int {
        get throws(InputError) {
            guard let count = value.integer, (1...Int(Int32.max)).contains(count) else {
                throw mismatch("expected a whole number from 1 to \(Int32.max)")
            }
            return count
        }
    }

    /// The count under `name`, or nil where it is absent or null.
    func count(_ name: String) throws(InputError) -> Int? { try member(name)?.count }

    /// Token ids: one, a list, or nothing. A negative id, as old files have it, means that there is no such token.
    func tokenIdentifiers(_ name: String) throws(InputError) -> [Int]? {
        guard let value = value[name] else { return nil }
        switch value.content {
        case .null: return []
        case .array(let elements):
            let identifiers = elements.compactMap(\.integer)
            guard identifiers.count == elements.count, identifiers.allSatisfy({ $0 >= 0 }) else {
                throw failure(name, "token ids")
            }
            return identifiers
        default:
            guard let identifier = value.integer else { throw failure(name, "a token id or a list of them") }
            return identifier < 0 ? [] : [identifier]
        }
    }
}
