/**
 * The log contract on a real broker.
 */
import { KafkaHarness } from "../../log/kafka/testing.ts";
import { testLogContract } from "../../log/port_contract.ts";
import { kafkaTest, testBrokers } from "./testing.ts";

testLogContract("Kafka log", () => new KafkaHarness(testBrokers), kafkaTest);
