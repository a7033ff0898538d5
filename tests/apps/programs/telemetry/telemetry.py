"""OpenTelemetry's SDK: traces, metrics, logs, with exporters in memory; providers, propagators and samplers by entry points."""
import os

os.environ["OTEL_RESOURCE_ATTRIBUTES"] = "service.name=shop,service.version=1"
os.environ["OTEL_TRACES_SAMPLER"] = "parentbased_always_on"
os.environ["OTEL_PROPAGATORS"] = "tracecontext,baggage"

from opentelemetry import baggage, context, metrics, propagate, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import OTELResourceDetector, Resource, get_aggregated_resources
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

exporter = InMemorySpanExporter()
provider = TracerProvider(resource=Resource.create())
provider.add_span_processor(SimpleSpanProcessor(exporter))
provider.add_span_processor(BatchSpanProcessor(InMemorySpanExporter()))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("shop", "1.0")

with tracer.start_as_current_span("order", attributes={"items": 2}) as span:
    span.add_event("priced", {"sum": 12})
    token = context.attach(baggage.set_baggage("customer", "7"))
    carrier = {}
    propagate.inject(carrier)
    print(sorted(carrier), carrier["baggage"], len(carrier["traceparent"]))
    try:
        with tracer.start_as_current_span("pay"):
            raise ValueError("no money")
    except ValueError as error:
        print(error)
    context.detach(token)
remote = propagate.extract({"traceparent": "00-" + "1" * 32 + "-" + "2" * 16 + "-01", "baggage": "a=b"})
with tracer.start_as_current_span("child", context=remote) as span:
    print(hex(span.get_span_context().trace_id), baggage.get_all(remote))
for span in exporter.get_finished_spans():
    events = [(event.name, event.attributes.get("exception.type")) for event in span.events]
    print(span.name, span.status.status_code.name, dict(span.attributes), events, bool(span.parent))
attributes = get_aggregated_resources([OTELResourceDetector()]).attributes
print(attributes["service.name"], attributes["service.version"], attributes["telemetry.sdk.name"])

reader = InMemoryMetricReader()
metrics.set_meter_provider(MeterProvider(metric_readers=[reader], resource=Resource({})))
meter = metrics.get_meter("shop")
counter = meter.create_counter("orders", unit="1")
histogram = meter.create_histogram("price")
meter.create_observable_gauge("load", callbacks=[lambda options: [metrics.Observation(0.5, {"cpu": "0"})]])
for price in (1, 20, 300):
    counter.add(1, {"kind": "book"})
    histogram.record(price)
for scope in reader.get_metrics_data().resource_metrics[0].scope_metrics:
    for metric in scope.metrics:
        for point in metric.data.data_points:
            print(metric.name, getattr(point, "value", None), getattr(point, "sum", None), dict(point.attributes))
provider.shutdown()
