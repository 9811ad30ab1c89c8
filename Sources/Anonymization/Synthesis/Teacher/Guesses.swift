/// The values an adversary thinks of.
struct Guesses {
    let persona: Persona

    /// Three guesses where the text gives the value away.
    func sure(of attribute: Attribute, isStated: Bool, _ random: inout SynthesisRandom) -> [String] {
        switch attribute {
        case .age:
            let age = persona.age
            return isStated
                ? ["\(age)", "\(age - 1)-\(age + 1)", "\(age + 1)"] : ["\(age - 1)-\(age + 2)", "\(age)", "\(age + 3)"]
        case .location: return [persona.place.name] + others(than: persona.place, &random)
        case .birthplace: return [persona.birthplace.name] + others(than: persona.birthplace, &random)
        case .occupation:
            let field = Occupation.all.filter { $0.field == persona.occupation.field && $0 != persona.occupation }
            let near = field.isEmpty ? Occupation.all.filter { $0 != persona.occupation } : field
            return [persona.occupation.title] + random.sample(near, 2).map(\.title)
        case .education, .gender, .income, .relationship:
            return Self.neighbours(of: persona.truth[attribute] ?? "", in: attribute)
        }
    }

    /// Three guesses where the text only narrows it down: right three times out of five where there are options, and
    /// otherwise among what fits.
    func unsure(of attribute: Attribute, _ random: inout SynthesisRandom) -> [String] {
        switch attribute {
        case .age:
            let decade = persona.age / 10 * 10
            return random.sample(["\(decade)-\(decade + 9)", "\(decade + 2)", "\(decade + 5)", "\(decade + 8)"], 3)
        case .location: return near(persona.place, &random)
        case .birthplace: return near(persona.birthplace, &random)
        case .occupation:
            return random.sample(Occupation.all.filter { $0.field == persona.occupation.field }, 3).map(\.title)
        case .education, .gender, .income, .relationship:
            let guesses = Self.neighbours(of: persona.truth[attribute] ?? "", in: attribute)
            return random.chance(60) ? guesses : [guesses[1], guesses[0]] + guesses.dropFirst(2)
        }
    }

    /// An option and those beside it.
    static func neighbours(of value: String, in attribute: Attribute) -> [String] {
        let options = attribute.options
        guard let index = options.firstIndex(of: value) else { return [value] }
        let order = options.indices.sorted { (abs($0 - index), $0) < (abs($1 - index), $1) }
        return order.prefix(Inference.mostGuesses).map { options[$0] }
    }

    private func near(_ place: Place, _ random: inout SynthesisRandom) -> [String] {
        random.sample(Place.all.filter { $0.area == place.area }, 3).map(\.name)
    }

    private func others(than place: Place, _ random: inout SynthesisRandom) -> [String] {
        let near = Place.all.filter { $0.area == place.area && $0 != place }
        return random.sample(near.isEmpty ? Place.all.filter { $0 != place } : near, 2).map(\.name)
    }
}
