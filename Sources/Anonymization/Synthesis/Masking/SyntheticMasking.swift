extension SourceText {
    /// The text of a number.
    init(maskingNumber number: Int, seed: UInt64) {
        var random = SynthesisRandom(seed: seed, 3, number)
        let template = random.pick(MaskingTemplates.all)
        var data = PersonalData(SynthesisRandom(seed: seed, 4, number))
        let rendered = template.rendered(.exact, data.values())
        let id = "m\(number)"
        self.init(id: id, profile: id, text: rendered.text, spans: rendered.spans.inOrder())
    }
}
