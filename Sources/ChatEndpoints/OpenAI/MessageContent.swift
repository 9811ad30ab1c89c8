/// The content of a message: a text, or a list of parts of which some are texts.
struct MessageContent: Decodable {
    private struct Part: Decodable {
        let type: String?
        let text: String?
    }

    /// The text, or the parts that are texts one behind the other.
    let text: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self.text = text
        } else {
            text = try container.decode([Part].self).filter { $0.type == "text" }.compactMap(\.text).joined()
        }
    }
}
