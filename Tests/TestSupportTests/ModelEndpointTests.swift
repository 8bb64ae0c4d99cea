import JSON
import Testing

@testable import TestSupport

@Suite("The clouds' ways to the scripted API")
struct ModelEndpointTests {
    @Test("the path of a cloud names the provider, and the model where the body does not")
    func paths() throws {
        func endpoint(_ path: String) throws -> ModelEndpoint { try #require(ModelEndpoint(path: path)) }
        #expect(try endpoint("/v1/messages").provider == .anthropic)
        #expect(try endpoint("/anthropic/v1/messages").provider == .foundry)
        let vertex = try endpoint("/projects/p/locations/l/publishers/anthropic/models/claude-x@1:streamRawPredict")
        #expect(vertex.provider == .vertex && vertex.model == "claude-x@1" && vertex.isStreamed == nil)
        let bedrock = try endpoint("/model/eu.claude-x-v1:0/invoke-with-response-stream")
        #expect(bedrock.provider == .bedrock && bedrock.model == "eu.claude-x-v1:0" && bedrock.isStreamed == true)
        #expect(try endpoint("/model/x/invoke").isStreamed == false)
        for other in ["/", "/v1/complete", "/model/x/converse", "/projects/p/locations/l/publishers/google/models/g:streamRawPredict"] {
            #expect(ModelEndpoint(path: other) == nil)
        }
    }

    @Test("an event for Bedrock has its lengths and checksums, and the event in base64")
    func framing() throws {
        #expect(AmazonEventStream.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
        let message = try AmazonEventStream.message(["type": "message_stop"])
        func number(at index: Int) -> Int { message[index..<index + 4].reduce(0) { $0 << 8 | Int($1) } }
        #expect(number(at: 0) == message.count)
        #expect(number(at: 8) == Int(AmazonEventStream.checksum(Array(message[..<8]))))
        #expect(number(at: message.count - 4) == Int(AmazonEventStream.checksum(Array(message.dropLast(4)))))
        let payload = String(decoding: message[(12 + number(at: 4))...].dropLast(4), as: UTF8.self)
        #expect(payload == #"{"bytes":"eyJ0eXBlIjoibWVzc2FnZV9zdG9wIn0="}"#)
    }
}
