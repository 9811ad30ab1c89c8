import Testing

@Suite struct MisuseTests {
    @Test("A misuse stops with a message that names the operation and both shapes", arguments: Misuse.all.indices)
    func misuse(_ index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            Misuse.all[index].call()
        }
        let output = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        let message = output.prefix { !$0.isNewline }
        for part in Misuse.all[index].expected {
            #expect(message.contains(part), "expected \(Misuse.all[index].expected), found \(message)")
        }
    }
}
