import CheckpointIO
import Diagnostics
import Foundation
import Testing

@Suite struct FailureTests {
    @Test("saving into a folder that is gone is an error to try again, which names the file")
    func missingFolder() throws {
        try withFolder { folder in
            let gone = folder.appendingPathComponent("gone")
            let store = CheckpointStore(folder: gone, limit: 2)
            let error = #expect(throws: InputError.self) { try store.save(Samples.empty(step: 3)) }
            #expect(error?.exitCode == .tryAgain)
            #expect(
                error?.description == "\(gone.path)/checkpoint-3.h5: could not be written: No such file or directory")
        }
    }

    @Test("saving into a file, or where nobody can write, is an error")
    func noFolder() throws {
        try withFolder { folder in
            let file = folder.appendingPathComponent("file")
            try Data().write(to: file)
            for place in [file, URL(fileURLWithPath: "/proc"), URL(fileURLWithPath: "/dev/null")] {
                let store = CheckpointStore(folder: place, limit: 2)
                let error = #expect(throws: InputError.self) { try store.save(Samples.empty(step: 3)) }
                #expect(error?.place.hasPrefix(place.path) == true)
                #expect(error?.message.contains("could not be") == true)
            }
        }
    }

    @Test("a checkpoint that cannot take its name leaves no temporary file")
    func nameTaken() throws {
        try withFolder { folder in
            let taken = folder.appendingPathComponent("checkpoint-3.h5")
            try FileManager.default.createDirectory(at: taken, withIntermediateDirectories: false)
            let store = CheckpointStore(folder: folder, limit: 2)
            let error = #expect(throws: InputError.self) { try store.save(Samples.empty(step: 3)) }
            #expect(error?.description == "\(taken.path): could not be written: Is a directory")
            #expect(try entries(of: folder) == ["checkpoint-3.h5"])
        }
    }

    /// A limit on file sizes stands in for a full disk: writes fail halfway with an error of the system.
    @Test(
        "a save that fails halfway keeps the old checkpoints, leaves nothing behind, and can be repeated",
        arguments: [600, 1500, 4000, 40_000, 1_100_000, 2_999_000])
    func diskFull(limit: Int) async throws {
        await #expect(processExitsWith: .success) { [limit] in
            try withFolder { folder in
                let store = CheckpointStore(folder: folder, limit: 1)
                let first = try store.save(Samples.full(step: 1))
                signal(SIGXFSZ, SIG_IGN)
                var limits = rlimit()
                getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limits)
                let unlimited = limits.rlim_cur
                for attempt in [2, 3] {
                    limits.rlim_cur = UInt(limit)
                    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limits)
                    let large = Samples.large(step: attempt, byteCount: 3_000_000)
                    let error = #expect(throws: InputError.self) { try store.save(large) }
                    limits.rlim_cur = unlimited
                    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limits)
                    #expect(error?.exitCode == .tryAgain)
                    #expect(error?.place.hasSuffix("checkpoint-\(attempt).h5") == true)
                    #expect(error?.message == "could not be written: File too large")
                    #expect(try entries(of: folder) == ["checkpoint-1.h5"])
                    #expect(try store.load(first) == Samples.full(step: 1))
                }
                let large = Samples.large(step: 4, byteCount: 3_000_000)
                #expect(try store.load(store.save(large)) == large)
                #expect(try entries(of: folder) == ["checkpoint-4.h5"])
            }
        }
    }

    @Test("loading a missing file is an error of its own kind")
    func missingFile() throws {
        try withFolder { folder in
            let store = CheckpointStore(folder: folder, limit: nil)
            let missing = folder.appendingPathComponent("checkpoint-9.h5")
            let error = #expect(throws: InputError.self) { try store.load(missing) }
            #expect(error?.exitCode == .missingFile)
            #expect(error?.description == "\(missing.path): could not be read: No such file or directory")
        }
    }
}
