import Layers
import Testing

@Suite("LoRA settings mean what they mean in PEFT")
struct LoRAConfigurationTests {
    private static let parts = [
        "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj",
        "mlp.down_proj",
    ]
    private static let modules = (0..<12).flatMap { layer in parts.map { "model.layers.\(layer).\($0)" } }

    private func targeted(_ targets: LoRATargets) -> [String] {
        Self.modules.filter(LoRAConfiguration(targets: targets).targets(_:))
    }

    @Test("a target is a whole name or its end behind a dot")
    func suffixes() {
        #expect(targeted(.modules(["q_proj"])) == (0..<12).map { "model.layers.\($0).self_attn.q_proj" })
        #expect(targeted(.modules(["layers.1.mlp.up_proj"])) == ["model.layers.1.mlp.up_proj"])
        #expect(targeted(.modules(["model.layers.11.self_attn.v_proj"])) == ["model.layers.11.self_attn.v_proj"])
        #expect(targeted(.modules(["_proj", "proj", "roj", "mlp", ""])).isEmpty)
        #expect(targeted(.modules(["q_pro."])).isEmpty, "names are no regular expressions")
        #expect(LoRAConfiguration(targets: .modules(["q_proj"])).targets("q_proj"))
        #expect(!LoRAConfiguration(targets: .modules(["q_proj"])).targets("model.layers.0.self_attn.xq_proj"))
    }

    @Test("a list of full paths targets exactly those modules")
    func fullPaths() {
        let some = Array(Self.modules.enumerated().filter { $0.offset % 5 == 2 }.map(\.element))
        #expect(targeted(.modules(some)) == some)
    }

    @Test("a regular expression has to match the whole name")
    func regularExpressions() {
        #expect(
            targeted(.pattern(#".*\.layers\.1\.(self_attn\.[qo]_proj|mlp\.down_proj)"#)) == [
                "model.layers.1.self_attn.q_proj", "model.layers.1.self_attn.o_proj", "model.layers.1.mlp.down_proj",
            ])
        #expect(targeted(.pattern("q_proj")).isEmpty)
        #expect(targeted(.pattern(#".*\.q_pro"#)).isEmpty)
        #expect(targeted(.pattern(#".*q_proj|.*1\.mlp\.up_proj"#)).count == 12 + 2)
        #expect(targeted(.pattern("(")).isEmpty)
    }

    @Test("all-linear targets every projection")
    func allLinear() {
        #expect(targeted(.allLinear) == Self.modules)
    }

    @Test("a rank pattern matches the end of a name, from its start or behind a dot")
    func rankPatterns() {
        let configuration = LoRAConfiguration(
            rank: 4,
            rankPattern: [
                NamePattern("q_proj", 8), NamePattern("layers.1.mlp.down_proj", 2),
                NamePattern(#".*\.0\.mlp\.(gate|up)_proj"#, 3), NamePattern("proj", 99), NamePattern("v_pro", 98),
                NamePattern("k_proj|o_proj", 6),
            ])
        let expected: [(String, Int)] = [
            ("model.layers.0.self_attn.q_proj", 8), ("model.layers.7.self_attn.q_proj", 8), ("q_proj", 8),
            ("model.layers.1.mlp.down_proj", 2), ("model.layers.11.mlp.down_proj", 4),
            ("model.layers.0.mlp.gate_proj", 3), ("model.layers.0.mlp.up_proj", 3),
            ("model.layers.10.mlp.up_proj", 4), ("model.layers.0.self_attn.v_proj", 4),
            ("model.layers.3.self_attn.k_proj", 6), ("model.layers.3.self_attn.o_proj", 6),
        ]
        for (module, rank) in expected { #expect(configuration.rank(of: module) == rank, "\(module)") }
    }

    @Test("the first pattern that matches rules")
    func order() {
        let module = "model.layers.1.self_attn.q_proj"
        let narrow = NamePattern("layers.1.self_attn.q_proj", 2)
        let wide = NamePattern("q_proj", 16)
        #expect(LoRAConfiguration(rankPattern: [wide, narrow]).rank(of: module) == 16)
        #expect(LoRAConfiguration(rankPattern: [narrow, wide]).rank(of: module) == 2)
    }

    @Test("the scale is alpha over the rank, over its root with rsLoRA, each with its patterns")
    func scales() {
        var configuration = LoRAConfiguration(
            rank: 16, alpha: 12, rankPattern: [NamePattern("k_proj", 4)],
            alphaPattern: [NamePattern("v_proj", 40), NamePattern("k_proj", 5)])
        func scales() -> [Float] { ["q_proj", "k_proj", "v_proj"].map { configuration.scale(of: "layers.0.\($0)") } }
        // 12/16, 5/4 and 40/16, then 12/4, 5/2 and 40/4.
        #expect(scales() == [0.75, 1.25, 2.5])
        configuration.useRSLoRA = true
        #expect(scales() == [3, 2.5, 10])
    }
}
