import Foundation

/// The columns of the paper's tables: every attribute, then what they come to and what the texts are still worth.
enum ReportColumn: Hashable {
    case attribute(Attribute)
    case privacy, meaning, readability, hallucination, utility, overall

    static func all(of report: EvaluationReport) -> [ReportColumn] {
        report.attributes.map(Self.attribute)
            + [.privacy, .meaning, .readability, .hallucination, .utility, .overall]
    }

    var title: String {
        switch self {
        case .attribute(let attribute): attribute.rawValue.capitalized
        case .privacy: "Privacy"
        case .meaning: "Mean"
        case .readability: "Read"
        case .hallucination: "Hall"
        case .utility: "Utility"
        case .overall: "Overall"
        }
    }

    /// The name in files for programs.
    var key: String {
        switch self {
        case .attribute(let attribute): attribute.rawValue
        case .privacy: "privacy"
        case .meaning: "meaning"
        case .readability: "readability"
        case .hallucination: "hallucination"
        case .utility: "utility"
        case .overall: "overall"
        }
    }

    /// Whether less of it is better.
    var isLeak: Bool {
        switch self {
        case .attribute, .privacy: true
        case .meaning, .readability, .hallucination, .utility, .overall: false
        }
    }

    /// The measure of a row, with its interval where it has one; nil where it was not measured.
    func measure(_ row: EvaluationReport.Row) -> EvaluationReport.Measure? {
        switch self {
        case .attribute(let attribute): row.tally.accuracy(of: attribute).map { .init($0) }
        case .privacy: row.privacy
        case .meaning: row.tally.meaning.map { .init($0) }
        case .readability: row.tally.readability.map { .init($0) }
        case .hallucination: row.tally.hallucination.map { .init($0) }
        case .utility: row.utility
        case .overall: row.overall
        }
    }
}

extension Double {
    /// With three digits behind the point and a true minus sign.
    var inReport: String {
        let text = String(format: "%.3f", self)
        return text.hasPrefix("-") ? (text == "-0.000" ? "0.000" : "−" + text.dropFirst()) : text
    }
}

extension Optional where Wrapped == Double {
    /// A dash where there is no number.
    var inReport: String { map(\.inReport) ?? "–" }
}
