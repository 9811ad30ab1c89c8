import Files
import Testing

@Suite("signet plan")
struct SignetPlanTests {
    @Test("a plan of the 8B student prints what it assumes and a line for each number of nodes")
    func table() throws {
        let run = try signet("plan", "--network", "10gbe", "--nodes", "1,16,1024", "--cores-per-node", "64")
        let assumptions = run.lines.filter { $0.hasPrefix("assumes    ") }
        for subject in ["model", "a step", "compute", "stragglers", "network", "gradients", "memory", "energy"] {
            #expect(assumptions.contains { $0.hasPrefix("assumes    \(subject): ") }, "\(subject)")
        }
        let counts = run.lines.compactMap { Int($0.split(separator: " ").first ?? "") }
        #expect(counts == [1, 16, 1024])
        #expect(run.lines.last!.hasPrefix("note: from 1024 ranks on some have no row: a step has 64;"), "\(run.output)")
    }

    @Test("as JSON, for a rate that is told: a node alone trains so fast, and no number of nodes is more efficient")
    func json() throws {
        let run = try signet(
            "plan", "--network", "25us,1.2GB/s", "--tokens-per-second", "400", "--noise", "0", "--json", "--tokens",
            "4e6",
            "--watts-per-node", "500", "--ranks-per-host", "2")
        let plan = try JSONValue(text: run.output)
        let predictions = try #require(plan["predictions"]?.array)
        #expect(predictions.compactMap { $0["nodes"]?.integer } == (0...10).map { 1 << $0 })
        let one = predictions[0]
        #expect(one["ranks"]?.integer == 2)
        #expect(abs(try #require(one["tokens_per_second"]?.double) / 400 - 1) < 0.01)
        // 4 million tokens at 400 a second are 10,000 s of 500 W.
        #expect(abs(try #require(one["kilowatt_hours"]?.double) / (1e4 / 3600 * 0.5) - 1) < 0.01)
        let efficiencies = predictions.compactMap { $0["efficiency"]?.double }
        #expect(zip(efficiencies, efficiencies.dropFirst()).allSatisfy { $0 >= $1 }, "\(efficiencies)")
    }

    @Test("a config's model and rows are planned for")
    func config() throws {
        try withFolder { folder in
            let config = try folder.file(
                "config.json",
                """
                {"model": {"path": "\(Golden.model)"}, "data": {"train": "\(Golden.rows)"},
                 "training": {"max_steps": 5, "per_device_train_batch_size": 4, "gradient_dtype": "bfloat16"}}
                """)
            let run = try signet("plan", "--config", config, "--network", "1gbe", "--nodes", "1,2,8", "--json")
            let predictions = try #require(try JSONValue(text: run.output)["predictions"]?.array)
            #expect(predictions.compactMap { $0["rows_per_step"]?.double } == [4, 4, 4])
            #expect(predictions.compactMap { $0["busy_ranks"]?.double } == [1, 2, 4])
            #expect(run.output.contains("gradients: bfloat16, "), "\(run.output)")
        }
    }

    @Test("what cannot be planned is refused")
    func refusals() throws {
        let network = ["plan", "--network", "10gbe"]
        try signetFails(["plan"], 64, "network")
        try signetFails(["plan", "--network", "token ring"], 64, "--network: expected 1gbe")
        try signetFails(network + ["--nodes", "1,two"], 64, "--nodes: expected numbers")
        try signetFails(network + ["--nodes", "0"], 64, "--nodes: expected numbers")
        try signetFails(network + ["--model-shape", "gpt-2"], 64, "--model-shape: expected one of")
        try signetFails(network + ["--model-shape", "llama-3.1-8b", "--config", "c.json"], 64, "found both")
        try signetFails(network + ["--noise", "0.5"], 64, "--noise")
        try signetFails(network + ["--rows-per-step", "0"], 64, "--rows-per-step")
        try signetFails(network + ["--config", "/nowhere/c.json"], 66, "/nowhere/c.json")
        try signetFails(network + ["--measured", "/nowhere/m.json"], 66, "/nowhere/m.json")
    }
}
