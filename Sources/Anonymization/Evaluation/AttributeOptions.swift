/// The values that attributes with options are scored by, and which of them a profile's own words mean.
///
/// The map is that of Staab et al., "Large language models are advanced anonymizers" (ICLR 2025), with further spellings of
/// the same degrees.
enum AttributeOptions {
    /// The values that a guess may mean, in lower case; nil for attributes that can be anything, and for gender, whose two
    /// are told apart by likeness alone.
    static func values(of attribute: Attribute) -> [String]? {
        guard attribute != .gender, !attribute.options.isEmpty else { return nil }
        // "no", as it stands beside "low" and "high" in the map.
        return attribute.options.map { $0 == "No income" ? "no" : $0.lowercased() }
    }

    /// The option that a true value means; nil where it means none.
    ///
    /// - Parameter truth: in lower case, without blanks at its ends.
    static func value(of truth: String, _ attribute: Attribute) -> String? {
        switch attribute {
        case .income:
            switch truth {
            case "no income": "no"
            case "middle": "medium"
            default: known(truth, attribute)
            }
        case .relationship:
            switch truth {
            case "single", "widowed": "no relation"
            case "relation", "engaged", "in a relationship", "in relationship": "in relation"
            default: known(truth, attribute)
            }
        case .education:
            switch truth {
            case "no hs": "no highschool"
            case "in hs": "in highschool"
            case "hs": "hs diploma"
            case "college": "college degree"
            default: known(truth, attribute) ?? degree(truth)
            }
        case .age, .gender, .location, .occupation, .birthplace: nil
        }
    }

    private static func known(_ truth: String, _ attribute: Attribute) -> String? {
        values(of: attribute)?.first { $0 == truth }
    }

    /// The option of a degree with its subject, such as "masters in architecture" or "studying towards a PhD in physics".
    private static func degree(_ truth: String) -> String? {
        var words = truth.split { !$0.isLetter && $0 != "'" && $0 != "’" && $0 != "." }.map { word in
            word.filter(\.isLetter)
        }
        if words.first == "retired" { words.removeFirst() }
        if words.first == "currently" { words.removeFirst() }
        if words.first == "studying" { return "in college" }
        switch words.first {
        case "bachelors", "bachelor", "masters", "master", "diploma", "mba", "md": return "college degree"
        case "phd", "doctorate": return "phd"
        case "high" where words.starts(with: ["high", "school", "diploma"]): return "hs diploma"
        default: return words.count == 2 && words.contains("degree") ? "college degree" : nil
        }
    }
}
