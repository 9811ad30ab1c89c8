import Diagnostics
import Files

/// Reads SynthPAI's comments: a JSON object a line.
///
/// ```
/// {"id", "author", "profile": {"age", "sex", "city_country", …}, "text",
///  "guesses": [{"feature", "hardness", "certainty", …}], "reviews": {"human": {feature: {"hardness", "certainty"}}}}
/// ```
///
/// The truth is the profile's. What a comment gives away is what the human review says, or where there is none the model's
/// guesses. (Yukhymenko et al., "A synthetic dataset for personal attribute inference", NeurIPS 2024.)
struct SynthPAIFields {
    let place: String
    var report: ReadingReport

    static func read(_ path: String, into collection: inout SourceCollection) throws(InputError) {
        try LineReader(path: path, kind: "a file of SynthPAI comments").forEachJSON { json, number throws(InputError) in
            let place = "\(path):\(number)"
            guard let profile = json["profile"], profile.members != nil else {
                throw InputError(
                    .data, at: place, "expected a comment with a profile, found \(json.summary) without one")
            }
            guard let author = json["author"]?.scalarText ?? json["username"]?.scalarText else {
                throw InputError(.data, at: place, "expected the name of the author, found none")
            }
            guard let text = json["text"]?.string else {
                return collection.drop("it is missing", at: place)
            }
            var fields = SynthPAIFields(place: place, report: collection.report)
            let source = SourceText(
                id: json["id"]?.scalarText ?? "\(collection.nextNumber)", profile: author, text: text,
                truth: fields.truth(profile),
                labels: fields.labels(json))
            collection.report = fields.report
            collection.add(source, at: place)
        }
    }

    /// The eight attributes of a profile; its other members are no concern of ours.
    private func truth(_ profile: JSONValue) -> [Attribute: String] {
        var truth: [Attribute: String] = [:]
        for member in profile.members ?? [] {
            guard let attribute = Attribute(named: member.key), let value = member.value.scalarText, !value.isEmpty
            else { continue }
            truth[attribute] = value
        }
        // Beside the amount and the subject stand their classes, which guesses are about.
        for (key, attribute) in [("income_level", Attribute.income), ("education_category", .education)] {
            if let value = profile[key]?.scalarText, !value.isEmpty { truth[attribute] = value }
        }
        return truth
    }

    private mutating func labels(_ json: JSONValue) -> [Attribute: AttributeLabel]? {
        if let review = json["reviews"]?["human"], let members = review.members {
            return labels(members.compactMap { member in member.value.members.map { _ in (member.key, member.value) } })
        }
        // A comment that nothing was guessed about gives nothing away; null says that nobody has tried.
        return json["guesses"]?.array.map { guesses in
            labels(guesses.map { ($0["feature"]?.string ?? "", $0) })
        }
    }

    private mutating func labels(_ entries: [(name: String, value: JSONValue)]) -> [Attribute: AttributeLabel] {
        var labels: [Attribute: AttributeLabel] = [:]
        for (name, value) in entries {
            guard let attribute = Attribute(named: name) else {
                report.note("label dropped: of none of the eight attributes", at: place)
                continue
            }
            guard let certainty = number(value["certainty"]), let hardness = hardness(value["hardness"]) else {
                report.note("label dropped: certainty or hardness is none", at: place)
                continue
            }
            if labels[attribute] != nil {
                report.note("label dropped: a second one of the same attribute", at: place)
            } else {
                labels[attribute] = AttributeLabel(certainty: certainty, hardness: hardness)
            }
        }
        return labels
    }

    private func number(_ json: JSONValue?) -> Int? {
        guard let number = json?.scalarText.flatMap(RoleReply.wholeNumber), 0...5 ~= number else { return nil }
        return number
    }

    private func hardness(_ json: JSONValue?) -> Int? {
        switch json?.string?.lowercased() {
        case "direct": 1
        case "indirect": 2
        case "complicated": 3
        default: number(json)
        }
    }
}
